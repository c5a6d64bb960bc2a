/// What a client wants of a session channel (RFC 4254 §6.5), with all that it asked for before.
public struct SessionRequest: Sendable {
    /// The program to run.
    public enum Program: Sendable, Equatable {
        /// The user's login shell.
        case shell
        /// A command for the user's shell, untouched.
        case exec(command: [UInt8])
        /// A predefined subsystem, such as `sftp`.
        case subsystem(name: String)
    }

    /// The program to run.
    public let program: Program
    /// Present if a pty was requested.
    public let terminal: PseudoTerminal?
    /// `env` requests in their order (RFC 4254 §6.4). Whether they may reach the process is not decided yet.
    public let environment: [(name: String, value: String)]
}
