import Foundation
@testable import TestSupport
import Testing

extension WholeClusterTests {
    /// An API server that is away while labs come to their ends.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s, holdDown: 0s}",
            // What the dead hold stays held until somebody leads for long enough.
            "quotas": "{connections: 100, labSessions: 100}",
        ]))
    struct APIServerAwayTests {
        let sample: SampleClass

        /// A course for tests that wait for ends. A login's own CPU time is work, which would hide what marks do.
        private static let brief = CourseDocument(
            name: "brief",
            more: ["idle": "{lab: 10s, warnings: [6s, 3s], maximumAge: 10m, restartGrace: 5s, holdDown: 0s, workKeepsLab: false}"])

        init() throws { sample = try .ofSuite() }

        @Test(
            "While the API server is away no lab's time is up: who logs in at once finds it, and nobody's ends",
            .enabled(if: Cluster.component != nil))
        func apiServerAway() async throws {
            try await sample.enroll("present", "absent", in: Self.brief)
            try await GatewayPair.with(sample) { pair in
                let gateways = try GatewayPair.Side.allCases.map(pair.gateway)
                let ssh = try sample.ssh("present", at: gateways[1])
                for login in [ssh, try sample.ssh("absent")] { #expect(try await login.run("true").status == 0) }
                let before = try #require(await sample.uid("present", "brief"))
                let absent = try #require(await sample.uid("absent", "brief"))
                let lineCounts = gateways.map(\.log.count)
                let (login, back) = try await withoutAPIServer(for: .seconds(20)) {
                    (try ssh.start("echo in; sleep 8; echo out"), ContinuousClock.now)
                }
                try await login.prints("in\n", within: .seconds(60))
                #expect(try await sample.uid("present", "brief") == before)
                // Nobody could write or read marks; the time of grace is for that. The node may hear of it much later.
                let isStopped = try await eventually(within: .seconds(40), every: .milliseconds(200)) {
                    let pod = try await sample.namespace.pod(of: "absent", course: "brief")
                    return pod?["metadata"]["uid"].string != absent
                        || pod?["metadata"]["deletionTimestamp"].string != nil
                }
                let logs = gateways.map { $0.log.suffix(12) }
                #expect(isStopped, "\(logs)")
                #expect(.now - back >= .seconds(5))
                let child = try await login.end(within: .seconds(60))
                #expect(child.output == "in\nout\n", "\(child.errors)")
                for (gateway, before) in zip(gateways, lineCounts) {
                    #expect(gateway.isRunning)
                    let lines = gateway.log.dropFirst(before)
                    #expect(lines.count < 150, "\(Set(lines.compactMap { $0["message"].string }))")
                }
            }
        }

        /// - Parameter body: what happens shortly before its return.
        private func withoutAPIServer<Value>(for time: Duration, _ body: () throws -> Value) async throws -> Value {
            try await Cluster.component("kill", "kube-apiserver")
            do {
                try await Task.sleep(for: time)
                let value = try body()
                try await Cluster.component("start", "kube-apiserver")
                return value
            } catch {
                try await Cluster.component("start", "kube-apiserver")
                throw error
            }
        }
    }
}
