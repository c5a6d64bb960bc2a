/// The answer to a `SelfSubjectAccessReview`: may this client do it?
public struct AccessReview: Hashable, Sendable, Decodable {
    /// True if it may.
    public var allowed: Bool
    /// Why, if the authorizer says so.
    public var reason: String?

    /// Makes an answer by hand.
    public init(allowed: Bool, reason: String? = nil) {
        self.allowed = allowed
        self.reason = reason
    }
}
