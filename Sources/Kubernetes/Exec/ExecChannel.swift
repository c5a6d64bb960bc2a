/// The first byte of every message: which stream it belongs to (`k8s.io/apimachinery` `remotecommand`).
enum ExecChannel {
    /// Client to server: the command's standard input.
    static let stdin: UInt8 = 0
    /// Server to client: the command's standard output.
    static let stdout: UInt8 = 1
    /// Server to client: the command's standard error.
    static let stderr: UInt8 = 2
    /// Server to client: one `Status` as JSON.
    static let status: UInt8 = 3
    /// Client to server: terminal sizes as JSON. Nobody reads it without a terminal, and an unread channel blocks
    /// all others.
    static let resize: UInt8 = 4
    /// Client to server, version 5 only: the one byte after it names the channel to close.
    static let close: UInt8 = 255
}
