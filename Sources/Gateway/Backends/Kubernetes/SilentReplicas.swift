import Foundation
import Kubernetes

/// Which gateways have fallen silent, as their own Leases tell; belongs to the elected gateway.
struct SilentReplicas {

    /// How long a holder may be without a Lease: one that starts has not written it yet, and one that ends still closes
    /// what it holds.
    private static let leaselessSeconds = 30

    private var observations: [String: LeaseObservation] = [:]

    /// Those that have been silent for too long, of all that hold something or have a Lease.
    ///
    /// - Parameters:
    ///   - leases: the gateways' Leases as they are now, by holder.
    ///   - observer: the gateway that asks, which lives.
    mutating func silent(
        among holders: Set<String>, leases: [String: Lease], asSeenBy observer: String,
        now: ContinuousClock.Instant = .now
    ) -> [String] {
        let all = holders.union(leases.keys).subtracting([observer])
        observations = observations.filter { all.contains($0.key) }
        return all.filter { holder in
            let seen = leases[holder] ?? Self.missing(holder)
            observations[holder, default: LeaseObservation(seen, at: now)].observe(seen, at: now)
            return observations[holder]?.isExpired(at: now) == true
        }
    }

    private static func missing(_ holder: String) -> Lease {
        Lease(metadata: ObjectMeta(name: ""), holderIdentity: holder, leaseDurationSeconds: leaselessSeconds)
    }
}
