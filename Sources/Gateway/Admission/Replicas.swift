import Foundation
import Kubernetes

/// Which gateways have died, as their own Leases tell; belongs to the elected gateway.
struct Replicas {
    /// A gateway that has died.
    struct Dead: Hashable, Sendable {
        let identity: String
        /// Its last sign of life, by its own clock; nil if nobody knows.
        let lastRenewal: Date?
        /// Its Lease's name; nil if that is gone already.
        let lease: String?
    }

    /// How long a holder may be without a Lease: one that starts has not written it yet, and one that ends still closes
    /// what it holds.
    private static let leaselessSeconds = 30

    private var observations: [String: LeaseObservation] = [:]

    /// Those that have died, of all that hold something or have a Lease.
    ///
    /// - Parameters:
    ///   - leases: the gateways' Leases as they are now, by holder.
    ///   - observer: the gateway that asks, which lives.
    mutating func dead(
        among holders: Set<String>, leases: [String: Lease], asSeenBy observer: String,
        now: ContinuousClock.Instant = .now
    ) -> [Dead] {
        let all = holders.union(leases.keys).subtracting([observer])
        observations = observations.filter { all.contains($0.key) }
        return all.compactMap { holder in
            let lease = leases[holder]
            let seen = lease ?? Self.missing(holder)
            observations[holder, default: LeaseObservation(seen, at: now)].observe(seen, at: now)
            guard observations[holder]?.isExpired(at: now) == true else { return nil }
            return Dead(identity: holder, lastRenewal: lease?.renewTime, lease: lease?.metadata.name)
        }
    }

    private static func missing(_ holder: String) -> Lease {
        Lease(metadata: ObjectMeta(name: ""), holderIdentity: holder, leaseDurationSeconds: leaselessSeconds)
    }
}
