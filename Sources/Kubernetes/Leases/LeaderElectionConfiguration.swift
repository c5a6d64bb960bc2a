/// Whom a ``LeaderElection`` elects, and its intervals, which are those of Kubernetes' own components.
public struct LeaderElectionConfiguration: Sendable {
    /// The lease that all candidates compete for.
    public var leaseName: String
    /// The lease's namespace.
    public var namespace: String
    /// This candidate; no other may call itself so.
    public var identity: String
    /// For how long a leader that has gone silent is believed to lead. Whole seconds are written into the lease.
    public var leaseDuration: Duration = .seconds(15)
    /// For how long a leader tries to renew before it takes itself for none. It is shorter than the lease so that its
    /// work has the rest of the time to end before another's begins.
    public var renewDeadline: Duration = .seconds(10)
    /// How often a leader renews, and others look.
    public var retryInterval: Duration = .seconds(2)
    /// How long one try may take: short enough for another one before the deadline.
    public var attemptLimit: Duration { renewDeadline / 2 }

    /// The defaults.
    public init(leaseName: String, namespace: String, identity: String) {
        self.leaseName = leaseName
        self.namespace = namespace
        self.identity = identity
    }
}
