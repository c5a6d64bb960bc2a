/// A request to the API server that did not succeed: what was asked, what came back, and whether to ask again.
public struct APIError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// The API server answered with this HTTP status.
        case http(Int)
        /// The WebSocket handshake was refused because the server speaks none of the offered subprotocols.
        case subprotocolRefused
        /// No connection, a broken one, or one whose TLS certificate was not accepted.
        case transport
        /// No answer within the named time limit.
        case timeout
        /// The answer is not what the API defines.
        case decoding
        /// No credentials could be got to ask with.
        case credentials
        /// The asking task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was asked, such as `get pods lab/edu01`.
    public var operation: String
    /// The API server's own sentence, or ours where it said nothing.
    public var message: String
    /// The whole `Status` that the API server sent, if it sent one.
    public var status: Status?
    /// How long the API server asks to wait before the next try (`Retry-After`).
    public var retryAfter: Duration?

    /// Makes an error.
    public init(
        code: Code, operation: String, message: String, status: Status? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
    }
}

extension APIError {
    /// The machine-readable reason in the API server's `Status`, such as `NotFound`.
    public var reason: String? { status?.reason }

    /// True if the same request may succeed later without anybody changing anything.
    ///
    /// A conflict counts only where the quota controller lost a race with itself
    /// ("Operation cannot be fulfilled on resourcequotas"), which a burst of creations provokes.
    public var isRetryable: Bool {
        switch code {
        case .http(429), .http(500), .http(502), .http(503), .http(504), .transport, .timeout: true
        case .http(409): reason == "Conflict" && message.contains("resourcequotas")
        case .http, .subprotocolRefused, .decoding, .credentials, .cancelled: false
        }
    }

    /// True if the object does not exist.
    public var isNotFound: Bool { code == .http(404) }

    /// True if an object of this name exists, which may be one that is still being deleted.
    public var isAlreadyExists: Bool { code == .http(409) && reason == "AlreadyExists" }

    /// True if the object is not in the state that the request assumed: a precondition failed.
    ///
    /// A patch that names another UID is told so as a conflict by newer API servers, and by older ones as an attempt to
    /// change a field that is immutable.
    public var isConflict: Bool {
        switch code {
        case .http(409): reason != "AlreadyExists"
        case .http(422): message.contains("metadata.uid:") && message.contains("field is immutable")
        default: false
        }
    }

    /// True if a quota of the namespace is used up.
    public var isExceededQuota: Bool { code == .http(403) && message.contains("exceeded quota") }

    /// True if this client lacks the permission (RBAC or an admission plug-in), quotas apart.
    public var isForbidden: Bool { code == .http(403) && !isExceededQuota }

    /// True if the API server says that the resource version asked for is too old (410 Gone).
    var isGone: Bool { code == .http(410) || status?.code == 410 }
}

extension APIError: CustomStringConvertible {
    /// What was asked and why it failed, in one line.
    public var description: String {
        switch code {
        case .http(let status): "\(operation): \(message) (HTTP \(status))"
        case .subprotocolRefused, .transport, .timeout, .decoding, .credentials, .cancelled: "\(operation): \(message)"
        }
    }
}
