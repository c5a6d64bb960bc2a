import Foundation
import Logging
import ServiceLifecycle
import Testing
import Upstream

@testable import Kubernetes

/// Runs against the real cluster that `LABGATE_TEST_KUBECONFIG` names, in a namespace of its own.
@Suite("Leases in a real cluster", .enabled(if: TestCluster.kubeconfig != nil), .serialized)
struct ClusterLeaseTests {
    @Test("are changed by compare-and-swap")
    func compareAndSwap() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let metadata = ObjectMeta(name: "one", labels: ["a": "b"], annotations: ["ledger": "{}"])
            let lease = Lease(
                metadata: metadata, holderIdentity: "x", leaseDurationSeconds: 15, acquireTime: Date(),
                renewTime: Date(), leaseTransitions: 1)
            let created = try await client.create(.leases, lease.manifest, namespace: namespace)
            #expect(created.metadata.annotations == ["ledger": "{}"])
            #expect(created.manifest["spec"] == lease.manifest["spec"])
            // Of ten that have read the same version, one gets through.
            let won = await withTaskGroup(of: Bool?.self) { group in
                for number in 0..<10 {
                    var mine = created
                    mine.holderIdentity = "\(number)"
                    group.addTask { [mine] in
                        do throws(APIError) {
                            try await client.replace(.leases, with: mine.manifest, namespace: namespace)
                            return true
                        } catch { return error.isConflict ? false : nil }
                    }
                }
                return await group.reduce(into: [Bool?]()) { $0.append($1) }
            }
            #expect(won.count { $0 == true } == 1)
            #expect(won.count { $0 == false } == 9)
            let read = try await client.get(.leases, named: "one", namespace: namespace)
            try await client.delete(.leases, named: "one", namespace: namespace, uid: read.metadata.uid)
            let gone = await #expect(throws: APIError.self) {
                try await client.replace(.leases, with: read.manifest, namespace: namespace)
            }
            #expect(gone?.isNotFound == true || gone?.isConflict == true)
        }
    }

    @Test("elect one of two, hand over at once, and let another in after a kill")
    func election() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let throne = Candidate.Throne()
            let (one, two, three) = (
                Candidate("one", client, namespace: namespace, throne: throne),
                Candidate("two", client, namespace: namespace, throne: throne),
                Candidate("three", client, namespace: namespace, throne: throne)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await withThrowingTaskGroup(of: Void.self) { sudden in
                    sudden.addTask { try await one.run() }
                    sudden.addTask { try await two.run() }
                    try await #expect(eventually { one.isWorking != two.isWorking })
                    let (leader, other) = one.isWorking ? (one, two) : (two, one)
                    await leader.shutDown()
                    try await #expect(eventually { other.isWorking && !leader.isWorking })
                    #expect(other.leaderships.map(\.gap) == [nil])
                    group.addTask { try await three.run() }
                    try await Task.sleep(for: .milliseconds(300))
                    #expect(!three.election.isLeader)
                    sudden.cancelAll()
                }
                try await #expect(eventually { three.isWorking })
                #expect(three.leaderships.first?.gap != nil)
                group.cancelAll()
            }
            #expect(throne.mostAtOnce == 1)
        }
    }

    @Test("tell who lives, and are seen by a cache with a selector")
    func replica() async throws {
        try await TestCluster.withNamespace { client, namespace in
            var configuration = ReplicaLeaseConfiguration()
            configuration.renewInterval = .milliseconds(200)
            let replica = ReplicaLease(
                client: client, namespace: namespace, identity: ProcessIdentity.make(), configuration: configuration,
                logger: TestCluster.logger)
            let cache = ObjectCache(
                client: client, resource: .leases, namespace: namespace, labelSelector: ReplicaLease.labelSelector,
                logger: TestCluster.logger)
            let service = ServiceGroup(services: [cache, replica], logger: TestCluster.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                try await #expect(eventually { cache.object(named: replica.name) != nil })
                let first = cache.object(named: replica.name)?.renewTime
                try await #expect(eventually { cache.object(named: replica.name)?.renewTime != first })
                await service.triggerGracefulShutdown()
                try await group.waitForAll()
            }
            try await #expect(client.list(.leases, namespace: namespace).isEmpty)
        }
    }

    @Test("go with resources that the cluster does not have")
    func missingResource() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let none = ResourceType<CustomResource>(group: "none.labgate.dev", version: "v1", plural: "nones")
            let cache = ObjectCache(client: client, resource: none, namespace: namespace, logger: TestCluster.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await cache.run() }
                try await cache.waitUntilSynced()
                #expect(!cache.isAvailable)
                #expect(cache.objects.isEmpty)
                group.cancelAll()
            }
        }
    }
}
