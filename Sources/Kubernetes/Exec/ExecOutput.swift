/// A piece of what the command wrote, never empty.
public enum ExecOutput: Hashable, Sendable {
    /// From its standard output, or from its terminal.
    case stdout([UInt8])
    /// From its standard error; never with a terminal.
    case stderr([UInt8])
}
