/// What `pty-req` asks for (RFC 4254 §6.2). libssh does not show the encoded terminal modes.
public struct PseudoTerminal: Sendable {
    /// The value of TERM.
    public let term: String
    /// Width in characters, as claimed by the client.
    public var columns: Int
    /// Height in rows, as claimed by the client.
    public var rows: Int
}
