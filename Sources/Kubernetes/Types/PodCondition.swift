/// One of a pod's conditions.
public struct PodCondition: Hashable, Sendable, Decodable {
    /// `PodScheduled`, `Initialized`, `ContainersReady`, `Ready` and so on.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// The machine-readable reason, such as `Unschedulable`.
    public var reason: String?
    /// The sentence meant for people.
    public var message: String?

    /// Makes a condition by hand.
    public init(type: String, status: String, reason: String? = nil, message: String? = nil) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
    }
}
