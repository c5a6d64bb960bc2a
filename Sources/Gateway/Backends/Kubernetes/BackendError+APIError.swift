import Kubernetes

extension BackendError {
    /// What the API server said, or why it said nothing.
    init(_ error: APIError) {
        self.init(
            Self.code(of: error), operation: error.operation, message: error.message, retryAfter: error.retryAfter)
    }

    private static func code(of error: APIError) -> Code {
        // Before a conflict: one of the quota controller with itself passes.
        if error.isRetryable { return .unavailable }
        if error.isNotFound { return .notFound }
        if error.isAlreadyExists { return .alreadyExists }
        if error.isConflict { return .conflict }
        if error.isExceededQuota { return .noRoom(passes: QuotaExcess(error.message).passes) }
        if error.isForbidden || error.code == .subprotocolRefused { return .unsupported }
        switch error.code {
        case .http(400..<500): return .refused
        case .decoding: return .unreadable
        case .cancelled: return .cancelled
        case .http, .subprotocolRefused, .transport, .timeout, .credentials: return .failed
        }
    }
}

/// Runs a request of the API server's client.
func asking<Value>(_ request: () async throws(APIError) -> Value) async throws(BackendError) -> Value {
    do throws(APIError) {
        return try await request()
    } catch {
        throw BackendError(error)
    }
}
