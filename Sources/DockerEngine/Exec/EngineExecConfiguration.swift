/// The bounds of execs. Tests shorten them.
public struct EngineExecConfiguration: Sendable {
    /// How long connecting and the engine's answer to an exec's start may take together. A loaded host needs seconds to
    /// start a process in a container.
    public var startTimeout: Duration = .seconds(35)
    /// How much of an answer that refuses something is read, in bytes; it is one sentence.
    public var maximumRefusalBytes = 64 << 10
    /// From how many bytes of output not yet taken by the consumer on the socket isn't read any more.
    public var outputHighWatermark = 256 << 10
    /// Down to how many bytes of output not yet taken it must sink for the socket to be read again.
    public var outputLowWatermark = 64 << 10
    /// Up to how many bytes small pieces of output that have piled up are handed over as one: a consumer that lags pays
    /// per piece.
    public var outputPieceBytes = 32 << 10
    /// From how many bytes of input not yet accepted by the kernel on `write` suspends.
    public var inputHighWatermark = 256 << 10
    /// Down to how many bytes of input not yet accepted it must sink for `write` to go on.
    public var inputLowWatermark = 64 << 10
    /// How much input is written to the socket at once, in bytes; what a Unix socket takes in a few pieces.
    public var inputPieceBytes = 64 << 10
    /// How long after the end of its output a program's own end is waited for. The engine learns of it from somebody
    /// else than of the output's end; and a program may close its output first.
    public var exitTimeout: Duration = .seconds(10)
    /// How often a resize is tried that the engine refuses because the program is still being started.
    public var resizeAttempts = 8

    /// The defaults.
    public init() {}
}
