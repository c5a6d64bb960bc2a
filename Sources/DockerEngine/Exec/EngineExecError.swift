/// Why something could not be sent to an exec.
public enum EngineExecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stream has ended, or its input was closed; the stream's result tells how.
    case closed
    /// The sending task was cancelled; the stream is closed.
    case cancelled

    /// The reason in one sentence.
    public var description: String {
        switch self {
        case .closed: "the exec stream has ended"
        case .cancelled: "cancelled while sending on the exec stream"
        }
    }
}
