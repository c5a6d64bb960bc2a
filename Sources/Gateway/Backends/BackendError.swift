/// A request to a backend that did not succeed.
struct BackendError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    enum Code: Hashable, Sendable {
        /// What it was about is not there.
        case notFound
        /// Something of that name is there already.
        case alreadyExists
        /// It is not as it was looked at, or is another one.
        case conflict
        /// A limit of the backend's own leaves no room; it may pass by itself, as when a lab ends.
        case noRoom(passes: Bool)
        /// The backend has no way to do it, or this gateway may not ask for it.
        case unsupported
        /// The backend has said no, and would say so the next time as well.
        case refused
        /// What is there cannot be read: it is of a version to come, or damaged.
        case unreadable
        /// It may have been done, or not; the same request may succeed later.
        case unavailable
        /// It may have been done, or not.
        case failed
        /// The asking task was cancelled, or the gateway is stopping.
        case cancelled
    }

    let code: Code
    /// What was asked, such as `get pods labs/lab-edu01`.
    let operation: String
    /// The backend's own sentence, or ours where it said nothing.
    let message: String
    /// How long the backend wants to be left alone.
    let retryAfter: Duration?

    init(_ code: Code, operation: String, message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later without anybody changing anything.
    var isRetryable: Bool { code == .unavailable }

    /// Whether the backend has said that it did not do what was asked, and would not the next time either.
    ///
    /// Anything else leaves it open: an answer may have been lost, and what was asked for be there.
    var isCertain: Bool {
        switch code {
        case .notFound, .alreadyExists, .conflict, .noRoom, .unsupported, .refused: true
        case .unreadable, .unavailable, .failed, .cancelled: false
        }
    }

    /// Whether a limit of the backend's leaves no room.
    var isNoRoom: Bool {
        if case .noRoom = code { true } else { false }
    }

    var description: String { "\(operation): \(message)" }
}
