import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Faults against the life of labs: a gateway that is taken for dead, a node that is lost, marks that are wrong.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s, holdDown: 0s}",
            // What the dead hold stays held until somebody leads for long enough.
            "quotas": "{connections: 100, labSessions: 100}",
        ]))
    struct LifeCycleFaultTests {
        let sample: SampleClass

        /// Beyond an idle limit: sweeps, one more limit's repair apart, and a machine that has other things to do.
        private static let slack: Duration = .seconds(20)

        init() throws { sample = try .ofSuite() }

        // MARK: Helpers

        /// Waits for the end of a lab, which must not come before its time.
        private func ends(
            _ student: String, _ course: String, uid: String, since lastUse: ContinuousClock.Instant, limit: Duration
        ) async throws {
            let isGone = try await eventually(within: limit * 2 + Self.slack, every: .milliseconds(200)) {
                try await sample.uid(student, course) != uid
            }
            let age = ContinuousClock.now - lastUse
            #expect(isGone, "the lab of \(student) lives on")
            #expect(age >= limit, "the lab of \(student) ended after \(age)")
        }

        // MARK: Marks

        /// A course in which, right after a gateway's start, only its mark keeps a lab.
        private static let marked = CourseDocument(
            name: "marked",
            more: ["idle": "{lab: 15s, maximumAge: 10m, restartGrace: 1s, holdDown: 0s, workKeepsLab: false}"])
        /// Course `marked`'s limit.
        private static let markedLimit: Duration = .seconds(15)

        @Test("Marks that are garbage, another pod's or to come end no lab early, and keep none for ever")
        func wrongMarks() async throws {
            let other = "01234567-89ab-cdef-0123-456789abcdef"
            let marks: [(student: String, text: @Sendable (_ uid: String) -> String)] = [
                ("garbled", { _ in "yesterday, I think" }),
                ("borrowed", { _ in "\(other) 2020-01-01T00:00:00Z" }),
                ("prophet", { uid in "\(uid) \((Date.now + 3600).formatted(.iso8601))" }),
            ]
            try await sample.enroll("garbled", "borrowed", "prophet", in: Self.marked)
            try await logIn(marks.map(\.student))
            var uids: [String: String] = [:]
            for mark in marks { uids[mark.student] = try await sample.uid(mark.student, "marked") }
            // By then a lab without a mark would be at its end.
            try await Task.sleep(for: .seconds(10))
            let lastUse = ContinuousClock.now
            try await logIn(marks.map(\.student))
            // A gateway that has seen a login itself knows better than a mark, until it goes.
            try await sample.stop()
            try await sample.start()
            for mark in marks { try await self.mark(mark.student, mark.text(uids[mark.student] ?? "")) }
            try await withThrowingDiscardingTaskGroup { group in
                for (student, uid) in uids { group.addTask { try await checkWrongMark(student, uid, lastUse) } }
            }
        }

        private func logIn(_ students: [String]) async throws {
            try await withThrowingDiscardingTaskGroup { group in
                for student in students {
                    let ssh = try sample.ssh(student)
                    group.addTask {
                        let child = try await ssh.run("true")
                        try #require(child.status == 0, "\(child.errors)")
                    }
                }
            }
        }

        private func checkWrongMark(_ student: String, _ uid: String, _ lastUse: ContinuousClock.Instant) async throws {
            try await ends(student, "marked", uid: uid, since: lastUse, limit: Self.markedLimit)

            // The next lab does not inherit the mark of the one before.
            let login = ContinuousClock.now
            #expect(try await sample.ssh(student).run("true").status == 0)
            let next = try #require(await sample.uid(student, "marked"))
            #expect(next != uid)
            try await mark(student, "\(uid) \((Date.now - 3600).formatted(.iso8601))")
            try await ends(student, "marked", uid: next, since: login, limit: Self.markedLimit)
        }

        private func mark(_ student: String, _ text: String) async throws {
            let pod = try #require(await sample.namespace.pod(of: student, course: "marked"))
            let name = pod["metadata"]["name"].string ?? ""
            try await sample.namespace.kubectl(
                "annotate", "pod", name, "--overwrite", "labgate.dev/last-interaction=\(text)")
        }

        // MARK: A gateway that comes back

        @Test("A gateway that was taken for dead notes again what it holds, and ends what a limit permits no more")
        func paused() async throws {
            let course = CourseDocument(name: "single", more: ["quotas": "{labSessions: 1}"])
            try await sample.enroll("stayer", "mover", in: course)
            try await GatewayPair.with(sample) { pair in
                let gateway = try pair.gateway(.second)
                let logins = try ["stayer", "mover"].map {
                    try sample.ssh($0, at: gateway).start("echo in; sleep 300")
                }
                for login in logins { try await login.prints("in\n") }
                let holdings = try #require(await LedgerView.of("stayer", in: sample.site)).holdings
                let begin = try #require(holdings.map(\.since).min())
                gateway.running.signal(SIGSTOP)
                defer { gateway.running.signal(SIGCONT) }
                for student in ["stayer", "mover"] { try await holds(student, count: 0, within: .seconds(120)) }
                let elsewhere = try sample.ssh("mover").start("echo in; sleep 300")
                try await elsewhere.prints("in\n")
                gateway.running.signal(SIGCONT)

                try await holds("stayer", count: 2, within: .seconds(60))
                let child = try await logins[1].end(within: .seconds(60))
                #expect(child.status == 254)
                #expect(child.errors.contains("was cut off from the cluster for a while"), "\(child.errors)")
                #expect(child.errors.contains("1 is the limit of the course single"), "\(child.errors)")
                #expect(logins[0].isRunning && elsewhere.isRunning)

                let span = Duration.seconds(Date.now.timeIntervalSince(begin))
                for login in [logins[0], elsewhere] { login.kill() }
                for student in ["stayer", "mover"] { try await holds(student, count: 0, within: .seconds(60)) }
                let time = try #require(await LedgerView.of("stayer", in: sample.site)?.connectedTime["single"])
                #expect((span - .seconds(5)...span + .seconds(5)).contains(time), "\(time) of \(span)")
            }
        }

        /// Waits until a student's ledger has so many connections and lab sessions.
        private func holds(_ student: String, count: Int, within limit: Duration) async throws {
            var holdings: [LedgerView.Holding] = []
            let isSo = try await eventually(within: limit, every: .milliseconds(500)) {
                holdings = try await LedgerView.of(student, in: sample.site)?.holdings ?? []
                return holdings.count { $0.kind != "lab" } == count
            }
            #expect(isSo, "\(student): \(holdings)")
        }

        // MARK: A node that is lost

        @Test("A lab on a node that is lost is given up; its student is told what is waited for, and gets a new one")
        func lostNode() async throws {
            let rules = "{lab: 10m, maximumAge: 1h, holdDown: 0s}"
            try await sample.enroll("castaway", in: CourseDocument(name: "afar", startTimeout: "280s", more: ["idle": rules]))
            let ssh = try sample.ssh("castaway")
            #expect(try await ssh.run("true").status == 0)
            try await LostNode.with(sample.namespace) { node in
                let pod = try await node.take(podOf: "castaway", course: "afar")
                try await sample.namespace.kubectl("delete", "pod", pod, "--wait=false")
                let login = try ssh.start("echo in")
                let words = "waiting for your previous lab to end (its node does not answer; it is given up at"
                try await login.prints(words, within: .seconds(60))
                let child = try await login.end(within: .seconds(220))
                #expect(child.output == "in\n", "\(child.errors)")
                let events = try await sample.namespace.kubectl("get", "events", "--output=json")
                let messages = try JSON(parsing: events)["items"].array
                    .filter { $0["reason"].string == "LabGivenUp" }.compactMap { $0["message"].string }
                #expect(messages.count == 1 && messages[0].contains(node.name), "\(messages)")
                #expect(try sample.gateway.logged("a lab did not end and was given up").count == 1)
            }
        }
    }
}
