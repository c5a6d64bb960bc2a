import Foundation
import Testing

@testable import Kubernetes

@Suite("A leader election")
struct LeaderElectionTests {
    /// A server of leases, a client, and a group for candidates, which are cancelled at the end.
    private func with(
        _ body: (FakeLeases, APIClient, inout ThrowingTaskGroup<Void, any Error>) async throws -> Void
    ) async throws {
        let leases = FakeLeases()
        try await leases.with { port in
            try await APIClient.with(port: port) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await body(leases, client, &group)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("lets the first candidate lead, and hands over at once when it shuts down")
    func handover() async throws {
        try await with { leases, client, group in
            let throne = Candidate.Throne()
            let one = Candidate("one", client, throne: throne)
            let two = Candidate("two", client, throne: throne)
            group.addTask { try await one.run() }
            try await #expect(eventually { one.election.isLeader && one.isWorking })
            group.addTask { try await two.run() }
            try await Task.sleep(for: .milliseconds(1500))
            #expect(!two.election.isLeader)
            #expect(one.leaderships.map(\.gap) == [.zero])

            let start = ContinuousClock.now
            await one.shutDown()
            try await #expect(eventually { two.election.isLeader && two.isWorking })
            #expect(start.duration(to: .now) < .seconds(4))
            #expect(!one.election.isLeader && !one.isWorking)
            #expect(two.leaderships.map(\.gap) == [nil])
            #expect(leases["leader"]?.holderIdentity == "two")
            #expect(leases["leader"]?.leaseTransitions == 1)
            #expect(throne.mostAtOnce == 1)

            await two.shutDown()
            try await #expect(eventually { leases["leader"]?.holderIdentity == "" })
        }
    }

    @Test("waits for the lease of a killed leader to run out, and tells the gap")
    func killed() async throws {
        try await with { leases, client, group in
            let one = Candidate("one", client)
            let two = Candidate("two", client)
            try await withThrowingTaskGroup(of: Void.self) { sudden in
                sudden.addTask { try await one.run() }
                try await #expect(eventually { one.isWorking })
                group.addTask { try await two.run() }
                try await Task.sleep(for: .milliseconds(200))
                sudden.cancelAll()
            }
            let start = ContinuousClock.now
            #expect(!one.election.isLeader)
            #expect(leases["leader"]?.holderIdentity == "one")
            try await #expect(eventually { two.election.isLeader })
            #expect(start.duration(to: .now) > .seconds(3))
            let gap = try #require(two.leaderships.first?.gap)
            #expect(gap >= .seconds(5) && gap < .seconds(15))
        }
    }

    @Test("ends a leader's work when it cannot renew, before another can begin")
    func outage() async throws {
        try await with { leases, client, group in
            let one = Candidate("one", client)
            group.addTask { try await one.run() }
            try await #expect(eventually { one.isWorking })
            leases.set(.failing)
            let start = ContinuousClock.now
            try await #expect(eventually { !one.election.isLeader && !one.isWorking })
            #expect(start.duration(to: .now) < .seconds(5))
            #expect(leases["leader"]?.holderIdentity == "one")
            leases.set(.working)
            try await #expect(eventually { one.isWorking })
            #expect(one.leaderships.count == 2)
        }
    }

    @Test("survives a renewal whose answer is lost")
    func lostAnswer() async throws {
        try await with { leases, client, group in
            let one = Candidate("one", client)
            group.addTask { try await one.run() }
            try await #expect(eventually { one.isWorking })
            leases.set(.losingAnswers)
            try await Task.sleep(for: .milliseconds(100))
            leases.set(.working)
            let before = leases["leader"]?.metadata.resourceVersion
            try await #expect(eventually { leases["leader"]?.metadata.resourceVersion != before })
            #expect(one.election.isLeader)
            #expect(one.leaderships.count == 1)
        }
    }

    @Test("goes on when somebody deletes the lease, and ends when another has it")
    func stolen() async throws {
        try await with { leases, client, group in
            let one = Candidate("one", client)
            group.addTask { try await one.run() }
            try await #expect(eventually { one.isWorking })
            leases.remove("leader")
            try await #expect(eventually { leases["leader"]?.holderIdentity == "one" })
            #expect(one.election.isLeader)
            // By force: nobody who keeps to the rules does this.
            try await #expect(
                eventually {
                    guard var lease = leases["leader"] else { return false }
                    lease.holderIdentity = "two"
                    lease.leaseDurationSeconds = 60
                    return (try? await client.replace(.leases, with: lease.manifest, namespace: "lab")) != nil
                })
            try await #expect(eventually { !one.election.isLeader && !one.isWorking })
        }
    }
}
