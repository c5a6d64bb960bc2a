/// Where the bearer token of a request comes from.
enum TokenSource: Sendable {
    /// There is none: client certificates, or nothing at all.
    case none
    /// One that never changes.
    case fixed(String)
    /// One that is got anew now and then.
    case cached(CachedToken)

    /// The token to show with the next request.
    func token() async throws(CredentialsError) -> String? {
        switch self {
        case .none: nil
        case .fixed(let token): token
        case .cached(let cache): try await cache.token()
        }
    }

    /// Tells that the API server did not accept this token, so that the next request gets another.
    func refused(_ token: String?) {
        guard case .cached(let cache) = self, let token else { return }
        cache.refused(token)
    }
}
