/// The intervals of a ``ReplicaLease``.
public struct ReplicaLeaseConfiguration: Sendable {
    /// For how long a replica that has gone silent is believed to live, in whole seconds.
    public var leaseDuration: Duration = .seconds(30)
    /// How often the lease is renewed.
    public var renewInterval: Duration = .seconds(10)
    /// How soon it is tried again after a failure.
    public var retryInterval: Duration = .seconds(2)
    /// How long one try may take: short enough for several while the lease lasts.
    public var attemptLimit: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
