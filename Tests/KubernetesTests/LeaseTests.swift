import Foundation
import Testing

@testable import Kubernetes

@Suite("A lease")
struct LeaseTests {
    private func decode(_ json: String) throws -> Lease {
        try JSONDecoder.kubernetes().decode(Lease.self, from: Data(json.utf8))
    }

    @Test("is read as it was written, to the microsecond")
    func roundTrip() throws {
        let lease = Lease(
            metadata: ObjectMeta(
                name: "leader", namespace: "lab", uid: "u1", resourceVersion: "7", labels: ["a": "b"],
                annotations: ["c": "d"]),
            holderIdentity: "one", leaseDurationSeconds: 15,
            acquireTime: Date(timeIntervalSince1970: 1_706_933_106),
            renewTime: Date(timeIntervalSince1970: 1_706_933_107.000_42), leaseTransitions: 3)
        let manifest = lease.manifest
        #expect(manifest["apiVersion"] == "coordination.k8s.io/v1")
        #expect(manifest["spec"]?["acquireTime"] == "2024-02-03T04:05:06.000000Z")
        #expect(manifest["spec"]?["renewTime"] == "2024-02-03T04:05:07.000420Z")
        let read = try JSONDecoder.kubernetes().decode(Lease.self, from: JSONEncoder().encode(manifest))
        #expect(read.manifest == manifest)
        #expect(read.metadata == lease.metadata)
        #expect(read.leaseTransitions == 3)
    }

    @Test("is read although nearly everything is missing")
    func sparse() throws {
        let empty = Lease(metadata: ObjectMeta(name: "x"))
        try #expect(decode(#"{"metadata":{"name":"x"}}"#) == empty)
        try #expect(
            decode(#"{"metadata":{"name":"x"},"spec":{"holderIdentity":null,"renewTime":null,"new":1}}"#) == empty)
        #expect(empty.manifest["metadata"] == ["name": "x"])
        #expect(empty.manifest["spec"] == ["holderIdentity": "", "leaseTransitions": 0])
    }

    @Test("rounds the last half microsecond of a second up into the next one")
    func rounding() {
        let date = Date(timeIntervalSince1970: 1_706_933_106.999_999_9)
        #expect(Timestamp.microTime(date) == "2024-02-03T04:05:07.000000Z")
    }

    @Test("is expired when it was released, or has not been seen to change for as long as it lasts")
    func observation() {
        let start = ContinuousClock.now
        // The holder's clock is an hour ahead, which must not matter.
        var lease = Lease(
            metadata: ObjectMeta(name: "x"), holderIdentity: "one", leaseDurationSeconds: 15,
            renewTime: Date(timeIntervalSinceNow: 3600))
        var observation = LeaseObservation(lease, at: start)
        #expect(!observation.hasSeenChange)
        lease.metadata.resourceVersion = "2"
        lease.metadata.annotations = ["a": "b"]
        observation.observe(lease, at: start + .seconds(10))
        #expect(observation.changedAt == start)
        #expect(!observation.isExpired(at: start + .seconds(14)))
        #expect(observation.isExpired(at: start + .seconds(15)))
        lease.renewTime = Date(timeIntervalSinceNow: -3600)
        observation.observe(lease, at: start + .seconds(14))
        #expect(observation.hasSeenChange)
        #expect(!observation.isExpired(at: start + .seconds(28)))
        lease.holderIdentity = ""
        observation.observe(lease, at: start + .seconds(20))
        #expect(observation.isExpired(at: start + .seconds(20)))
    }
}
