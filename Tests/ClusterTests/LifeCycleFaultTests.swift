import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Faults against the life of labs: gateways that are killed, an API server that is away, marks that are wrong.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 15s, warnings: [8s, 4s], maximumAge: 10m, restartGrace: 5s, holdDown: 0s}"
        ]))
    struct LifeCycleFaultTests {
        let sample: SampleClass

        /// A course for tests that wait for ends. A login's own CPU time is work, which would hide what marks do.
        private static let brief = CourseDocument(
            name: "brief",
            more: ["idle": "{lab: 10s, warnings: [6s, 3s], maximumAge: 10m, restartGrace: 5s, holdDown: 0s, workKeepsLab: false}"])
        /// Course `brief`'s limit.
        private static let briefLimit: Duration = .seconds(10)
        /// Beyond an idle limit: sweeps, one more limit's repair apart, and a machine that has other things to do.
        private static let slack: Duration = .seconds(20)

        init() throws { sample = try .ofSuite() }

        // MARK: Helpers

        private func enroll(_ names: String..., in course: CourseDocument? = nil) async throws {
            try await sample.change {
                if let course { try sample.write(course) }
                for name in names { try await sample.write(student: name, courses: [course?.name ?? "c"]) }
            }
        }

        private func uid(_ student: String, _ course: String = "c") async throws -> String? {
            try await sample.namespace.pod(of: student, course: course)?["metadata"]["uid"].string
        }

        /// Waits for the end of a lab of course `brief`, which must not come before its time.
        private func ends(_ student: String, uid: String, since lastUse: ContinuousClock.Instant) async throws {
            let limit = Self.briefLimit
            let isGone = try await eventually(within: limit * 2 + Self.slack, every: .milliseconds(200)) {
                try await self.uid(student, "brief") != uid
            }
            let age = ContinuousClock.now - lastUse
            #expect(isGone, "the lab of \(student) lives on")
            #expect(age >= limit, "the lab of \(student) ended after \(age)")
        }

        /// What was stopped and why, as events tell.
        private func stops() async throws -> [String] {
            try await JSON(parsing: sample.namespace.kubectl("get", "events", "--output=json"))["items"].array
                .filter { $0["reason"].string == "LabStopped" }
                .map { "\($0["lastTimestamp"].string ?? "") \($0["message"].string ?? "")" }
        }

        // MARK: Marks

        @Test("Marks that are garbage, another pod's or to come end no lab early, and keep none for ever")
        func wrongMarks() async throws {
            let other = "01234567-89ab-cdef-0123-456789abcdef"
            let marks: [(student: String, text: @Sendable (_ uid: String) -> String)] = [
                ("garbled", { _ in "yesterday, I think" }),
                ("borrowed", { _ in "\(other) 2020-01-01T00:00:00Z" }),
                ("prophet", { uid in "\(uid) \((Date.now + 3600).formatted(.iso8601))" }),
            ]
            try await enroll("garbled", "borrowed", "prophet", in: Self.brief)
            try await withThrowingDiscardingTaskGroup { group in
                for mark in marks { group.addTask { try await checkWrongMark(mark.student, mark.text) } }
            }
        }

        /// The lab is older than its limit, so that only its mark keeps it.
        private func checkWrongMark(_ student: String, _ text: (String) -> String) async throws {
            let ssh = try sample.ssh(student)
            #expect(try await ssh.run("true").status == 0)
            let uid = try #require(await uid(student, "brief"))
            try await Task.sleep(for: .seconds(7))
            let lastUse = ContinuousClock.now
            #expect(try await ssh.run("true").status == 0)
            try await Task.sleep(for: .seconds(4))
            try await mark(student, text(uid))
            try await ends(student, uid: uid, since: lastUse)

            // The next lab does not inherit the mark of the one before.
            let login = ContinuousClock.now
            #expect(try await ssh.run("true").status == 0)
            let next = try #require(await self.uid(student, "brief"))
            #expect(next != uid)
            try await mark(student, "\(uid) \((Date.now - 3600).formatted(.iso8601))")
            try await ends(student, uid: next, since: login)
        }

        private func mark(_ student: String, _ text: String) async throws {
            let pod = try #require(await sample.namespace.pod(of: student, course: "brief"))
            let name = pod["metadata"]["name"].string ?? ""
            try await sample.namespace.kubectl(
                "annotate", "pod", name, "--overwrite", "labgate.dev/last-interaction=\(text)")
        }

        // MARK: The API server

        @Test(
            "While the API server is away no lab's time is up: who logs in at once finds it, and nobody's ends",
            .enabled(if: Cluster.component != nil))
        func apiServerAway() async throws {
            try await enroll("present", "absent", in: Self.brief)
            try await GatewayPair.with(sample) { pair in
                let gateways = try GatewayPair.Side.allCases.map(pair.gateway)
                let ssh = try sample.ssh("present", at: gateways[1])
                for login in [ssh, try sample.ssh("absent")] { #expect(try await login.run("true").status == 0) }
                let before = try #require(await uid("present", "brief"))
                let absent = try #require(await uid("absent", "brief"))
                let lineCounts = gateways.map(\.log.count)
                let (login, back) = try await withoutAPIServer(for: .seconds(20)) {
                    (try ssh.start("echo in; sleep 8; echo out"), ContinuousClock.now)
                }
                try await login.prints("in\n", within: .seconds(60))
                #expect(try await uid("present", "brief") == before)
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

        // MARK: Kills

        @Test("Gateways that are killed again and again end no lab in use, leave nothing behind, and exceed no limit")
        func kills() async throws {
            try await enroll("worker", "typist", "idler", "leaver", "metered")
            try await enroll("crowd", in: CourseDocument(name: "tight", more: ["quotas": "{labSessions: 3}"]))
            try await GatewayPair.with(sample) { pair in
                let metered = try sample.ssh("metered", at: pair.gateway(.second)).start("echo in; sleep 300")
                try await metered.prints("in\n")
                let work = "while :; do i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.3; done"
                let start = try await sample.ssh("worker").run("setsid sh -c '\(work)' >/dev/null 2>&1 </dev/null &")
                #expect(start.status == 0, "\(start.errors)")
                for name in ["typist", "leaver"] { #expect(try await sample.ssh(name).run("true").status == 0) }
                let uids = [try #require(await uid("worker")), try #require(await uid("typist"))]
                try await withThrowingDiscardingTaskGroup { group in
                    defer { group.cancelAll() }
                    group.addTask { try await untilCancelled { try await type(at: pair) } }
                    group.addTask { try await untilCancelled { try await crowd(at: pair) } }
                    let span = try await killMeter(pair)
                    try FileManager.default.removeItem(at: sample.classroom.appending(path: "student-leaver.yaml"))
                    try await killAgainAndAgain(pair)
                    try await checkIdler()
                    try await checkRecords(span)
                }
                let stops = try await stops()
                #expect([try await uid("worker"), try await uid("typist")] == uids, "\(stops)")
                #expect(try await sample.ssh("crowd").run("echo in").output == "in\n")
            }
        }

        private func untilCancelled(_ body: () async throws -> Void) async throws {
            do {
                try await body()
            } catch {
                if !Task.isCancelled { throw error }
            }
        }

        /// A student who types every second, through whatever gateway there is.
        private func type(at pair: GatewayPair) async throws {
            var random = SeededRandom(seed: 2)
            while true {
                try await Task.sleep(for: .milliseconds(50))
                guard let gateway = try pair.living.randomElement(using: &random) else { continue }
                let ssh = try sample.ssh("typist", at: gateway).with("-tt")
                let typing = try ChildProcess.start(
                    ["bash", "-c", #"(while echo x; do sleep 1; done) | "$@""#, "bash"] + ssh.argv("cat"))
                defer { Foundation.kill(-typing.processID, SIGKILL) }
                _ = try await eventually(within: .seconds(300), every: .milliseconds(100)) { !typing.isRunning }
            }
        }

        /// A student who wants more lab sessions than may be, at both gateways.
        private func crowd(at pair: GatewayPair) async throws {
            var random = SeededRandom(seed: 3)
            var clients: [RunningProcess] = []
            defer { for client in clients { client.kill() } }
            while true {
                clients.removeAll { !$0.isRunning }
                if clients.count < 6, let gateway = try pair.living.randomElement(using: &random) {
                    let time = Int.random(in: 1...6, using: &random)
                    clients.append(try sample.ssh("crowd", at: gateway).start("echo in; sleep \(time); echo out"))
                }
                let count = clients.count { $0.output == "in\n" && $0.isRunning }
                #expect(count <= 3)
                let holdings = try await LedgerView.of("crowd", in: sample.namespace)?.holdings ?? []
                #expect(holdings.count { $0.kind == "labSession" } <= 3)
                try await Task.sleep(for: .milliseconds(300))
            }
        }

        /// Kills the gateway that student `metered` is connected to, right after a sign of life.
        ///
        /// - Returns: how long the connection lasted.
        private func killMeter(_ pair: GatewayPair) async throws -> Duration {
            let holdings = try #require(await LedgerView.of("metered", in: sample.namespace)).holdings
            let connection = try #require(holdings.first { $0.kind == "connection" })
            let renewal = { try await LedgerView.renewals(in: sample.namespace)[connection.holder] }
            let last = try await renewal()
            let isRenewed = try await eventually(within: .seconds(30), every: .milliseconds(100)) {
                try await renewal() != last
            }
            #expect(isRenewed)
            try await pair.kill(.second)
            let span = Date.now.timeIntervalSince(connection.since)
            try await pair.restart(.second)
            return .seconds(span)
        }

        private func killAgainAndAgain(_ pair: GatewayPair) async throws {
            var random = SeededRandom(seed: 1)
            let end = ContinuousClock.now + .seconds(50)
            while ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(Int.random(in: 500...6000, using: &random)))
                let leader = try await pair.leader()
                let side = random.oneIn(2) ? leader ?? .first : leader == .first ? .second : .first
                try await pair.kill(side)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...1500, using: &random)))
                try await pair.restart(side)
            }
        }

        /// With the last kill, it may be the leader's, a lease has to run out before anybody sweeps.
        private func checkIdler() async throws {
            let login = ContinuousClock.now
            #expect(try await sample.ssh("idler").run("true").status == 0)
            let first = try #require(await uid("idler"))
            let isGone = try await eventually(within: .seconds(15 + 17 + 5) + Self.slack, every: .milliseconds(500)) {
                try await uid("idler") != first
            }
            #expect(isGone)
            #expect(.now - login >= .seconds(15))
        }

        /// Nothing is held by the dead, nothing is anybody's who is gone, and time was counted once.
        private func checkRecords(_ metered: Duration) async throws {
            let isSettled = try await eventually(within: .seconds(90), every: .seconds(1)) {
                let living = try await LedgerView.renewals(in: sample.namespace).keys
                let ledgers = try await LedgerView.all(in: sample.namespace)
                let holders = ledgers.flatMap(\.holdings).filter { $0.kind != "lab" }.map(\.holder)
                return living.count == 2 && Set(holders).isSubset(of: living)
            }
            #expect(isSettled)
            #expect(try await uid("leaver") == nil)
            let counted = try #require(await LedgerView.of("metered", in: sample.namespace)?.connectedTime["c"])
            #expect((metered - .seconds(6)...metered).contains(counted), "\(counted) of \(metered)")
        }
    }
}
