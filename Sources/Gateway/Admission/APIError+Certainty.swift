import Kubernetes

extension APIError {
    /// Whether the API server has said that it did not do what was asked, and would not the next time either.
    ///
    /// Anything else leaves it open: an answer may have been lost, and what was asked for be there.
    var isCertain: Bool {
        guard case .http(400..<500) = code else { return false }
        return !isRetryable
    }
}
