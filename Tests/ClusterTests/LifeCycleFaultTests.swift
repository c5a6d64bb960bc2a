import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Faults against the life of labs: gateways that are killed, an API server that is away, marks that are wrong.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s, holdDown: 0s}",
            // What the dead hold stays held until somebody leads for long enough.
            "quotas": "{connections: 100, labSessions: 100}",
        ]))
    struct LifeCycleFaultTests {
        let sample: SampleClass

        /// A course for tests that wait for ends. A login's own CPU time is work, which would hide what marks do.
        private static let brief = CourseDocument(
            name: "brief",
            more: ["idle": "{lab: 10s, warnings: [6s, 3s], maximumAge: 10m, restartGrace: 5s, holdDown: 0s, workKeepsLab: false}"])
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

        /// Waits for the end of a lab, which must not come before its time.
        private func ends(
            _ student: String, _ course: String, uid: String, since lastUse: ContinuousClock.Instant, limit: Duration
        ) async throws {
            let isGone = try await eventually(within: limit * 2 + Self.slack, every: .milliseconds(200)) {
                try await self.uid(student, course) != uid
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
            try await enroll("garbled", "borrowed", "prophet", in: Self.marked)
            try await logIn(marks.map(\.student))
            var uids: [String: String] = [:]
            for mark in marks { uids[mark.student] = try await uid(mark.student, "marked") }
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
            let next = try #require(await self.uid(student, "marked"))
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
            try await enroll("stayer", "mover", in: course)
            try await GatewayPair.with(sample) { pair in
                let gateway = try pair.gateway(.second)
                let logins = try ["stayer", "mover"].map {
                    try sample.ssh($0, at: gateway).start("echo in; sleep 300")
                }
                for login in logins { try await login.prints("in\n") }
                let holdings = try #require(await LedgerView.of("stayer", in: sample.namespace)).holdings
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
                let time = try #require(await LedgerView.of("stayer", in: sample.namespace)?.connectedTime["single"])
                #expect((span - .seconds(5)...span + .seconds(5)).contains(time), "\(time) of \(span)")
            }
        }

        /// Waits until a student's ledger has so many connections and lab sessions.
        private func holds(_ student: String, count: Int, within limit: Duration) async throws {
            var holdings: [LedgerView.Holding] = []
            let isSo = try await eventually(within: limit, every: .milliseconds(500)) {
                holdings = try await LedgerView.of(student, in: sample.namespace)?.holdings ?? []
                return holdings.count { $0.kind != "lab" } == count
            }
            #expect(isSo, "\(student): \(holdings)")
        }

        // MARK: A node that is lost

        @Test("A lab on a node that is lost is given up; its student is told what is waited for, and gets a new one")
        func lostNode() async throws {
            let rules = "{lab: 10m, maximumAge: 1h, holdDown: 0s}"
            try await enroll("castaway", in: CourseDocument(name: "afar", startTimeout: "280s", more: ["idle": rules]))
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
            try await enroll("typist", "idler", "leaver", "guest", "visitor")
            // Half a CPU is requested: what gets none does not work, as far as anybody can see.
            let idle = "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s}"
            try await enroll("worker", in: CourseDocument(name: "busy", cpu: "500m", more: ["idle": idle]))
            try await enroll("crowd", "metered", in: CourseDocument(name: "tight", more: ["quotas": "{labSessions: 3}"]))
            try await GatewayPair.with(sample) { pair in
                let metered = try sample.ssh("metered", at: pair.gateway(.second)).start("echo in; sleep 300")
                try await metered.prints("in\n")
                let work = "while :; do i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.3; done"
                let start = try await sample.ssh("worker").run("setsid sh -c '\(work)' >/dev/null 2>&1 </dev/null &")
                #expect(start.status == 0, "\(start.errors)")
                for name in ["typist", "leaver"] { #expect(try await sample.ssh(name).run("true").status == 0) }
                let uids = [try #require(await uid("worker", "busy")), try #require(await uid("typist"))]
                try await withThrowingDiscardingTaskGroup { group in
                    defer { group.cancelAll() }
                    group.addTask { try await untilCancelled { try await type(at: pair) } }
                    group.addTask { try await untilCancelled { try await crowd(at: pair) } }
                    let span = try await killMeter(pair)
                    try FileManager.default.removeItem(at: sample.classroom.appending(path: "student-leaver.yaml"))
                    try await whileOthersComeAndGo(pair) { try await killAgainAndAgain(pair) }
                    try await checkIdler()
                    try await checkRecords(span)
                }
                let stops = try await stops()
                #expect([try await uid("worker", "busy"), try await uid("typist")] == uids, "\(stops)")
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
                let typing = try sample.ssh("typist", at: gateway).typing("cat")
                defer { typing.killGroup() }
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

        /// As often as the environment says; a pair has a leader for about half of the time.
        private func killAgainAndAgain(_ pair: GatewayPair) async throws {
            var random = SeededRandom(seed: 1)
            var leaderCount = 0
            for _ in 0..<Cluster.killCount {
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...4500, using: &random)))
                let leader = try await pair.leader()
                let side = random.oneIn(2) ? leader ?? .first : leader == .first ? .second : .first
                if side == leader { leaderCount += 1 }
                try await pair.kill(side)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...1200, using: &random)))
                try await pair.restart(side)
            }
            print("killed \(Cluster.killCount) gateways, \(leaderCount) of them leaders")
        }

        /// Students who start a lab, leave, and do so again once it has ended.
        private func whileOthersComeAndGo(_ pair: GatewayPair, _ body: () async throws -> Void) async throws {
            let ages = Collected<Duration>()
            try await withThrowingDiscardingTaskGroup { group in
                defer { group.cancelAll() }
                for (seed, student) in ["guest", "visitor"].enumerated() {
                    group.addTask {
                        let seed = UInt64(seed + 4)
                        try await untilCancelled { try await comeAndGo(student, at: pair, seed: seed, ages) }
                    }
                }
                try await body()
            }
            let all = ages.all
            print("\(all.count) labs that nobody used ended meanwhile, after \(all.max() ?? .zero) at most")
        }

        /// However many gateways die, no lab ends before its limit. How long it lives is only bounded once one of them
        /// leads for long enough.
        private func comeAndGo(
            _ student: String, at pair: GatewayPair, seed: UInt64, _ ages: Collected<Duration>
        ) async throws {
            var random = SeededRandom(seed: seed)
            while true {
                try await Task.sleep(for: .milliseconds(100))
                let login = ContinuousClock.now
                guard let gateway = try pair.living.randomElement(using: &random) else { continue }
                _ = try await sample.ssh(student, at: gateway).run("true")
                guard let uid = try await uid(student) else { continue }
                while try await self.uid(student) == uid { try await Task.sleep(for: .milliseconds(300)) }
                let age = ContinuousClock.now - login
                #expect(age >= .seconds(15), "the lab of \(student) ended after \(age)")
                ages.add(age)
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
            try await checkLeftovers()
            #expect(try await uid("leaver") == nil)
            let counted = try #require(await LedgerView.of("metered", in: sample.namespace)?.connectedTime["tight"])
            #expect((metered - .seconds(6)...metered).contains(counted), "\(counted) of \(metered)")
        }

        /// Those whose labs other tests have left.
        private static let strangers: Set = ["castaway", "mover", "stayer"]

        /// The labs are those that somebody uses, and the ledgers know them and no others.
        private func checkLeftovers() async throws {
            var (students, pods, held) = (Set<String>(), Set<String>(), Set<String>())
            let areRight = try await eventually(within: .seconds(90), every: .seconds(1)) {
                let labs = try await sample.namespace.pods()
                students = Set(labs.compactMap { $0["metadata"]["annotations"]["labgate.dev/student"].string })
                pods = Set(labs.compactMap { $0["metadata"]["name"].string })
                let holdings = try await LedgerView.all(in: sample.namespace).flatMap(\.holdings)
                held = Set(holdings.filter { $0.kind == "lab" }.map(\.holder))
                let users: Set = ["worker", "typist", "crowd", "metered"]
                return students.subtracting(Self.strangers) == users && pods == held
            }
            #expect(areRight, "labs of \(students.sorted()): \(pods.sorted()); held: \(held.sorted())")
        }
    }
}
