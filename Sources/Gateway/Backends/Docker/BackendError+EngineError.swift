import DockerEngine

extension BackendError {
    /// What the engine said, or why it said nothing.
    init(_ error: EngineError) {
        self.init(Self.code(of: error), operation: error.operation, message: error.message)
    }

    private static func code(of error: EngineError) -> Code {
        if error.isRetryable { return .unavailable }
        if error.isNotFound { return .notFound }
        if error.isNameInUse { return .alreadyExists }
        if error.isWrongState { return .conflict }
        switch error.code {
        case .http(400..<500): return .refused
        case .decoding: return .unreadable
        case .unsupported: return .unsupported
        case .cancelled: return .cancelled
        case .http, .failed, .unreachable, .transport, .timeout: return .failed
        }
    }

    /// The same failure of what the engine has said that it did not do, and would not the next time either.
    var asRefusal: BackendError {
        code == .failed || code == .notFound || code == .conflict
            ? BackendError(.refused, operation: operation, message: message) : self
    }
}

/// Runs a request of the engine's client.
func askingEngine<Value>(_ request: () async throws(EngineError) -> Value) async throws(BackendError) -> Value {
    do throws(EngineError) {
        return try await request()
    } catch {
        throw BackendError(error)
    }
}
