/// Why something could not be sent on an exec stream.
public enum ExecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stream has ended; its result tells how.
    case closed
    /// The subprotocol or the request has no such message.
    case unsupported(String)
    /// The sending task was cancelled; the stream is closed.
    case cancelled

    /// The reason in one sentence.
    public var description: String {
        switch self {
        case .closed: "the exec stream has ended"
        case .unsupported(let message): message
        case .cancelled: "cancelled while sending on the exec stream"
        }
    }
}
