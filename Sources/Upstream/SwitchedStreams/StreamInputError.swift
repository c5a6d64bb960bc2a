/// Why something could not be sent on a stream.
public enum StreamInputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stream has ended, or its input was closed; the stream's result tells how.
    case closed
    /// The protocol or the request has no such message.
    case unsupported(String)
    /// The sending task was cancelled; the stream is closed.
    case cancelled

    /// The reason in one sentence.
    public var description: String {
        switch self {
        case .closed: "the stream has ended"
        case .unsupported(let message): message
        case .cancelled: "cancelled while sending on the stream"
        }
    }
}
