import Foundation
import Kubernetes
import Logging
import ServiceLifecycle
import Synchronization

/// The gateways that serve the labs of a namespace, each with a Lease that tells the others that it lives.
final class KubernetesReplicas: ReplicaGroup {
    private let client: APIClient
    private let namespace: String
    private let leases: ObjectCache<Lease>
    private let own: ReplicaLease
    private let logger: Logger
    private let silence = Mutex(SilentReplicas())

    /// - Parameters:
    ///   - own: this gateway's Lease, kept by somebody else.
    ///   - leases: of the namespace, kept up to date by somebody else.
    init(
        client: APIClient, namespace: String, leases: ObjectCache<Lease>, own: ReplicaLease, logger: Logger
    ) {
        self.client = client
        self.namespace = namespace
        self.leases = leases
        self.own = own
        self.logger = logger
    }

    var identity: String { own.identity }
    var absentSince: Date? { own.absentSince }

    func dead(among holders: Set<String>) async -> [DeadReplica] {
        let leases = Dictionary(
            leases.objects.filter { $0.metadata.labels["app.kubernetes.io/component"] == "replica" }
                .map { ($0.holderIdentity, $0) },
            uniquingKeysWith: { $1 })
        let silent = silence.withLock { $0.silent(among: holders, leases: leases, asSeenBy: identity) }
        var dead: [DeadReplica] = []
        for identity in silent where await isDead(identity, leases[identity]) {
            dead.append(DeadReplica(identity: identity, lastSign: leases[identity]?.renewTime))
        }
        return dead
    }

    /// Whether a gateway that has been silent as far as the cache tells is dead: watches stall without a word.
    private func isDead(_ identity: String, _ known: Lease?) async -> Bool {
        do throws(APIError) {
            let lease = try await client.get(.leases, named: ReplicaLease.name(of: identity), namespace: namespace)
            // Compared with itself, and not with a clock.
            return known != nil && lease.renewTime == known?.renewTime
        } catch {
            // Without its Lease it has gone in order; the cache will say so, too.
            return error.isNotFound && known == nil
        }
    }

    func forget(_ dead: DeadReplica) async {
        try? await client.delete(.leases, named: ReplicaLease.name(of: dead.identity), namespace: namespace)
    }

    func election(_ lead: @escaping @Sendable (_ isAfterGap: Bool) async -> Void) -> any Service {
        LeaderElection(
            client: client,
            configuration: LeaderElectionConfiguration(
                leaseName: "labgate-reaper", namespace: namespace, identity: identity),
            logger: logger, lead: { await lead($0.gap != nil) })
    }
}
