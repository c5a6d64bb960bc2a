import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("Gateways that have fallen silent")
struct SilentReplicasTests {
    private func lease(_ holder: String, renewed: Double) -> Lease {
        Lease(
            metadata: ObjectMeta(name: "gateway-\(holder)"), holderIdentity: holder, leaseDurationSeconds: 30,
            renewTime: Date(timeIntervalSince1970: renewed))
    }

    @Test("are those whose Lease has not changed for its duration, by the observer's own clock")
    func silent() {
        var replicas = SilentReplicas()
        let start = ContinuousClock.now
        func silent(after seconds: Int, renewed: Double) -> [String] {
            replicas.silent(
                among: ["a", "me"], leases: ["a": lease("a", renewed: renewed)], asSeenBy: "me",
                now: start + .seconds(seconds)
            )
        }
        // A renewal of years ago by a clock that is wrong is a renewal.
        #expect(silent(after: 0, renewed: 10).isEmpty)
        #expect(silent(after: 29, renewed: 20).isEmpty)
        #expect(silent(after: 58, renewed: 20).isEmpty)
        #expect(silent(after: 60, renewed: 20) == ["a"])
        #expect(silent(after: 61, renewed: 30).isEmpty)
    }

    @Test("may have no Lease any more, and are given time for it; the observer lives")
    func leaseless() {
        var replicas = SilentReplicas()
        let start = ContinuousClock.now
        #expect(replicas.silent(among: ["gone", "me"], leases: [:], asSeenBy: "me", now: start).isEmpty)
        let silent = replicas.silent(among: ["gone", "me"], leases: [:], asSeenBy: "me", now: start + .seconds(31))
        #expect(silent == ["gone"])
    }
}
