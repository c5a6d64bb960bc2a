/// A request to the engine that did not succeed: what was asked, and what came back.
public struct EngineError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// The engine answered with this HTTP status.
        case http(Int)
        /// The engine has said yes, and then told of a failure within the answer, as pulling an image does.
        case failed
        /// No engine answers at the socket, or we may not ask it.
        case unreachable
        /// The connection broke.
        case transport
        /// No answer within the named time limit.
        case timeout
        /// The answer is not what the API defines.
        case decoding
        /// The engine is too old.
        case unsupported
        /// The asking task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was asked, such as `start container lab-edu01`.
    public var operation: String
    /// The engine's own sentence, or ours where it said nothing.
    public var message: String
    /// What Podman names as the innermost cause: always the same words for the same kind of failure. Nil from Docker.
    public var cause: String?

    /// Makes an error.
    public init(code: Code, operation: String, message: String, cause: String? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.cause = cause
    }
}

extension EngineError {
    /// True if the container, image, volume or exec does not exist.
    ///
    /// Podman answers 500, and names the cause, if it goes just while it is looked at.
    public var isNotFound: Bool { code == .http(404) || code == .http(500) && cause == "no such container" }

    /// True if a container of this name exists, which may be one that is still being removed.
    ///
    /// Docker answers 409. Podman 4 answers 500, and newer ones 409, with the same words in it.
    public var isNameInUse: Bool {
        switch code {
        case .http(409), .http(500): message.contains("is already in use")
        default: false
        }
    }

    /// True if the container is not in the state that the request needs, such as an exec in one that does not run.
    ///
    /// Docker answers 409. Podman answers 409 to some requests and 500 to others, and names the cause.
    public var isWrongState: Bool {
        switch code {
        case .http(409): !isNameInUse
        case .http(500): cause == "container state improper"
        default: false
        }
    }

    /// True if the same request may succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch code {
        case .http(429), .http(502), .http(503), .http(504), .unreachable, .transport, .timeout: true
        case .http, .failed, .decoding, .unsupported, .cancelled: false
        }
    }
}

extension EngineError: CustomStringConvertible {
    /// What was asked and why it failed, in one line.
    public var description: String {
        switch code {
        case .http(let status): "\(operation): \(message) (HTTP \(status))"
        case .failed, .unreachable, .transport, .timeout, .decoding, .unsupported, .cancelled:
            "\(operation): \(message)"
        }
    }
}
