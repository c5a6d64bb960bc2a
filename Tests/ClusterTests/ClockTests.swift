import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// A gateway whose wall clock is wrong for a while, beside one whose clock is right.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 20s, warnings: [5s], maximumAge: 24h, restartGrace: 15s, holdDown: 0s, workKeepsLab: false}"
        ]))
    struct ClockTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Runs `body` with two gateways: the first, whose clock it can set, leads, and the other is the class's own.
        ///
        /// The way to the API server has no TLS: the certificates of a cluster that was just raised are not valid yet to a
        /// clock that is late.
        private func withWrongClock(_ body: (WallClock, LabgateProcess) async throws -> Void) async throws {
            let clock = try await WallClock()
            try await APIFaultProxy.with { proxy in
                try await sample.stop()
                try sample.writeConfiguration(
                    site: sample.namespace.settings(kubeconfig: proxy.kubeconfig().path),
                    extra: SampleClass.briskLifeCycle)
                let wrong = try await LabgateProcess.serve(
                    configuration: sample.configuration, environment: clock.environment)
                let leads = try await eventually(within: .seconds(60)) { !wrong.logged("This replica leads").isEmpty }
                #expect(leads)
                try sample.writeConfiguration(extra: SampleClass.briskLifeCycle)
                try await sample.start()
                try await body(clock, wrong)
                try await wrong.stop()
            }
        }

        @Test("A leader's clock that is set forwards and back ends no lab early and no session, and its time is not counted")
        func jumps() async throws {
            try await sample.change {
                for name in ["typist", "elsewhere", "absent", "passer"] { try await sample.write(student: name) }
            }
            try await withWrongClock { clock, wrong in
                let begin = ContinuousClock.now
                let typing = try [sample.ssh("typist", at: wrong), sample.ssh("elsewhere")].map { try $0.typing("cat") }
                defer { for process in typing { process.killGroup() } }
                for process in typing { try await process.prints("x", within: .seconds(60)) }
                #expect(try await sample.ssh("absent", at: wrong).run("true").status == 0)
                let lastUse = ContinuousClock.now
                let labs = try await labs()
                #expect(labs.count == 3)
                // The first for longer than the time of grace.
                for (hours, seconds) in [(3, 20), (-3, 4)] {
                    try clock.set(to: .seconds(3600 * hours))
                    let passer = try sample.ssh("passer", at: wrong).start("echo in")
                    try await Task.sleep(for: .seconds(seconds))
                    try clock.set(to: .zero)
                    #expect(try await passer.end(within: .seconds(60)).output == "in\n", "\(hours) h")
                    let now = try await self.labs()
                    let isAbsentDue = .now - lastUse >= .seconds(20)
                    let students = ["typist", "elsewhere"] + (isAbsentDue ? [] : ["absent"])
                    for student in students { #expect(now[student] == labs[student], "\(student), \(hours) h") }
                    let ended = typing.filter { !$0.isRunning }
                    #expect(ended.isEmpty, "\(ended.map { $0.errors }), \(hours) h")
                }
                try await checkAfterwards(wrong, lastUse, absent: labs["absent"])
                typing[0].killGroup()
                try await checkTime(since: begin)
            }
        }

        /// The lab that nobody uses has ended in the end, and the same gateway leads.
        private func checkAfterwards(
            _ wrong: LabgateProcess, _ lastUse: ContinuousClock.Instant, absent: String?
        ) async throws {
            let isGone = try await eventually(within: .seconds(90), every: .milliseconds(500)) {
                try await labs()["absent"] != absent
            }
            #expect(isGone)
            #expect(.now - lastUse >= .seconds(20))
            #expect(try sample.gateway.logged("This replica leads").isEmpty)
            #expect(wrong.logged("This replica leads no more").isEmpty)
        }

        /// A connection that was there before the clock was wrong, and ends when it is right again, has lasted no longer.
        private func checkTime(since begin: ContinuousClock.Instant) async throws {
            var counted: Duration?
            let isCounted = try await eventually(within: .seconds(30), every: .milliseconds(500)) {
                counted = try await LedgerView.of("typist", in: sample.site)?.connectedTime["c"]
                return counted != nil
            }
            #expect(isCounted)
            #expect(counted ?? .zero < .now - begin, "\(counted ?? .zero)")
        }

        /// The UIDs of the labs that there are, by student.
        private func labs() async throws -> [String: String] {
            let pairs = try await sample.namespace.pods().compactMap { pod in
                pod["metadata"]["annotations"]["labgate.dev/student"].string.map {
                    ($0, pod["metadata"]["uid"].string ?? "")
                }
            }
            return Dictionary(pairs, uniquingKeysWith: { $1 })
        }
    }
}
