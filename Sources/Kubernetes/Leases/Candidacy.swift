import Foundation

/// What one candidate knows of the lease, and what it may write into it: the election's rules, without any I/O.
struct Candidacy: Sendable {
    private let configuration: LeaderElectionConfiguration
    /// The lease as last seen or written; nil if there is none, or nobody has looked yet.
    private(set) var observation: LeaseObservation?
    /// For how long nobody had held the lease when we wrote it last; nil if for no longer than a lease lasts.
    private(set) var gap: Duration?

    init(_ configuration: LeaderElectionConfiguration) {
        self.configuration = configuration
    }

    /// True if the lease, as last seen, is ours.
    var holdsLease: Bool { observation?.lease.holderIdentity == configuration.identity }

    /// Takes note of the lease as read; nil means that there is none.
    mutating func saw(_ lease: Lease?, at now: ContinuousClock.Instant) {
        guard let lease else { return observation = nil }
        guard observation != nil else { return observation = LeaseObservation(lease, at: now) }
        observation?.observe(lease, at: now)
    }

    /// The lease as we may write it: new, taken or renewed; nil while another holds it. Its resource version is that of
    /// the lease we know, empty if it is new.
    func claim(at now: ContinuousClock.Instant, date: Date) -> Lease? {
        let seconds = configuration.leaseDuration.components
        var lease =
            observation?.lease
            ?? Lease(metadata: ObjectMeta(name: configuration.leaseName, namespace: configuration.namespace))
        if let observation, !holdsLease {
            guard observation.isExpired(at: now) else { return nil }
            lease.leaseTransitions += 1
        }
        if !holdsLease { lease.acquireTime = date }
        lease.holderIdentity = configuration.identity
        lease.leaseDurationSeconds = Int(seconds.seconds) + (seconds.attoseconds > 0 ? 1 : 0)
        lease.renewTime = date
        return lease
    }

    /// Takes note of our claim as the API server stored it.
    ///
    /// - Parameter start: When we began to write: others have not seen it before, so that it is ours for a lease's duration
    ///   from then on, at least.
    mutating func wrote(_ lease: Lease, startingAt start: ContinuousClock.Instant) {
        gap = gapBefore(lease, startingAt: start)
        observation = LeaseObservation(changedTo: lease, at: start)
    }

    /// For how long nobody had held the lease before a claim. Where the last change was not seen, the holders' clocks
    /// have to do; if they differ, the gap rather comes out too long.
    private func gapBefore(_ claim: Lease, startingAt start: ContinuousClock.Instant) -> Duration? {
        guard let observation else { return .zero }
        var gap = observation.changedAt.duration(to: start)
        if !observation.hasSeenChange, let last = observation.lease.renewTime, let now = claim.renewTime {
            gap = max(gap, .seconds(now.timeIntervalSince(last)))
        }
        return gap > configuration.leaseDuration ? gap : nil
    }

    /// Until when we lead, if we do: from then on we have to have renewed.
    var leadsUntil: ContinuousClock.Instant? {
        guard holdsLease, let observation else { return nil }
        return observation.changedAt + configuration.renewDeadline
    }
}
