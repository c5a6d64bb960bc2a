/// A lease as its holder lets it be seen, timed by our own clock.
///
/// Clocks of machines differ, so what a holder writes into its lease is never compared with the time here. What counts
/// is for how long the lease has not changed before our eyes.
public struct LeaseObservation: Hashable, Sendable {
    /// The lease as last seen.
    public private(set) var lease: Lease
    /// When it was first seen as it is.
    public private(set) var changedAt: ContinuousClock.Instant
    /// True if the change itself was seen; false if the lease has been as it is for nobody knows how long.
    public private(set) var hasSeenChange: Bool

    /// Begins with a first look.
    public init(_ lease: Lease, at now: ContinuousClock.Instant) {
        self.lease = lease
        changedAt = now
        hasSeenChange = false
    }

    /// Begins with a change of our own.
    init(changedTo lease: Lease, at now: ContinuousClock.Instant) {
        self.lease = lease
        changedAt = now
        hasSeenChange = true
    }

    /// Looks again.
    public mutating func observe(_ lease: Lease, at now: ContinuousClock.Instant) {
        if !lease.isHeld(as: self.lease) {
            changedAt = now
            hasSeenChange = true
        }
        self.lease = lease
    }

    /// True if nobody holds the lease: it was released, or not renewed for as long as its holder said it would last.
    public func isExpired(at now: ContinuousClock.Instant) -> Bool {
        lease.holderIdentity.isEmpty || now >= changedAt + .seconds(lease.leaseDurationSeconds ?? 0)
    }
}

extension Lease {
    /// True if nobody has taken, released or renewed the lease between that state of it and this.
    fileprivate func isHeld(as other: Lease) -> Bool {
        metadata.uid == other.metadata.uid && holderIdentity == other.holderIdentity
            && renewTime == other.renewTime && acquireTime == other.acquireTime
            && leaseTransitions == other.leaseTransitions
    }
}
