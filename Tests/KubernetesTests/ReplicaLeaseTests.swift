import Foundation
import ServiceLifecycle
import Testing
import Upstream

@testable import Kubernetes

@Suite("A replica's lease")
struct ReplicaLeaseTests {
    private func with(_ body: (FakeLeases, ReplicaLease, ServiceGroup, LogRecorder) async throws -> Void) async throws {
        let (leases, log) = (FakeLeases(), LogRecorder())
        var configuration = ReplicaLeaseConfiguration()
        configuration.leaseDuration = .seconds(3)
        configuration.renewInterval = .milliseconds(20)
        configuration.retryInterval = .milliseconds(10)
        configuration.attemptLimit = .seconds(1)
        try await leases.with { port in
            try await APIClient.with(port: port) { client in
                let replica = ReplicaLease(
                    client: client, namespace: "lab", identity: ProcessIdentity.make(), configuration: configuration,
                    logger: log.logger)
                let service = ServiceGroup(services: [replica], logger: TestCluster.logger)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await service.run() }
                    try await body(leases, replica, service, log)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("is made, renewed, made anew when it is gone, and deleted in the end")
    func life() async throws {
        try await with { leases, replica, service, _ in
            try await #expect(eventually { replica.isHeld })
            let first = try #require(leases[replica.name])
            #expect(first.holderIdentity == replica.identity)
            #expect(first.leaseDurationSeconds == 3)
            #expect(
                first.metadata.labels == [
                    "app.kubernetes.io/managed-by": "labgate", "app.kubernetes.io/component": "replica",
                ])
            try await #expect(eventually { leases[replica.name]?.renewTime != first.renewTime })
            #expect(leases[replica.name]?.acquireTime == first.acquireTime)
            leases.remove(replica.name)
            try await #expect(eventually { leases[replica.name] != nil })
            await service.triggerGracefulShutdown()
            try await #expect(eventually { leases[replica.name] == nil })
            #expect(!replica.isHeld)
        }
    }

    @Test(
        "is tried again through an outage, which is logged once",
        arguments: [FakeLeases.Order.failing, .losingAnswers])
    func outage(order: FakeLeases.Order) async throws {
        try await with { leases, replica, _, log in
            try await #expect(eventually { replica.isHeld })
            leases.set(order)
            try await #expect(eventually { !replica.isHeld })
            #expect(log.messages == ["This replica's lease could not be renewed; retrying"])
            leases.set(.working)
            try await #expect(eventually { replica.isHeld && log.messages.count == 2 })
            #expect(log.messages.last == "This replica's lease is renewed again")
        }
    }

    @Test("knows when it was last renewed before it ran out, during the outage and after it")
    func absence() async throws {
        try await with { leases, replica, _, _ in
            try await #expect(eventually { replica.isHeld })
            #expect(replica.absentSince == nil)
            leases.set(.failing)
            try await #expect(eventually { !replica.isHeld })
            let last = try #require(leases[replica.name]?.renewTime)
            let isWithinMicroseconds = { (date: Date?) in date.map { abs($0.timeIntervalSince(last)) < 0.001 } == true }
            #expect(isWithinMicroseconds(replica.absentSince))
            leases.set(.working)
            try await #expect(eventually { replica.isHeld })
            #expect(isWithinMicroseconds(replica.absentSince))
        }
    }
}
