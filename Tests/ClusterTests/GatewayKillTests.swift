import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Gateways that are killed again and again, while students work, leave, come, wait and want more than they may.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s, holdDown: 0s}",
            // What the dead hold stays held until somebody leads for long enough.
            "quotas": "{connections: 100, labSessions: 100}",
        ]))
    struct GatewayKillTests {
        let sample: SampleClass

        /// Beyond an idle limit: sweeps, and a machine that has other things to do.
        private static let slack: Duration = .seconds(20)

        init() throws { sample = try .ofSuite() }

        @Test("Gateways that are killed again and again end no lab in use, leave nothing behind, and exceed no limit")
        func kills() async throws {
            try await sample.enroll("typist", "idler", "leaver", "guest", "visitor")
            // Half a CPU is requested: what gets none does not work, as far as anybody can see.
            let idle = "{lab: 15s, warnings: [8s, 4s], maximumAge: 60m, restartGrace: 5s}"
            try await sample.enroll("worker", in: CourseDocument(name: "busy", cpu: "500m", cpuRequest: "500m", more: ["idle": idle]))
            try await sample.enroll("crowd", "metered", in: CourseDocument(name: "tight", more: ["quotas": "{labSessions: 3}"]))
            try await GatewayPair.with(sample) { pair in
                let metered = try sample.ssh("metered", at: pair.gateway(.second)).start("echo in; sleep 300")
                try await metered.prints("in\n")
                let work = "while :; do i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.3; done"
                let start = try await sample.ssh("worker").run("setsid sh -c '\(work)' >/dev/null 2>&1 </dev/null &")
                #expect(start.status == 0, "\(start.errors)")
                for name in ["typist", "leaver"] { #expect(try await sample.ssh(name).run("true").status == 0) }
                let uids = [try #require(await sample.uid("worker", "busy")), try #require(await sample.uid("typist"))]
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
                let stops = try await sample.stops()
                #expect([try await sample.uid("worker", "busy"), try await sample.uid("typist")] == uids, "\(stops)")
                // What the gateway held that was killed last is free within a minute.
                let isIn = try await eventually(within: .seconds(60), every: .seconds(1)) {
                    try await sample.ssh("crowd").run("echo in").output == "in\n"
                }
                #expect(isIn)
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
                let holdings = try await LedgerView.of("crowd", in: sample.site)?.holdings ?? []
                #expect(holdings.count { $0.kind == "labSession" } <= 3)
                try await Task.sleep(for: .milliseconds(300))
            }
        }

        /// Kills the gateway that student `metered` is connected to, right after a sign of life.
        ///
        /// - Returns: how long the connection lasted.
        private func killMeter(_ pair: GatewayPair) async throws -> Duration {
            let holdings = try #require(await LedgerView.of("metered", in: sample.site)).holdings
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
                guard let uid = try await sample.uid(student) else { continue }
                while try await sample.uid(student) == uid { try await Task.sleep(for: .milliseconds(300)) }
                let age = ContinuousClock.now - login
                #expect(age >= .seconds(15), "the lab of \(student) ended after \(age)")
                ages.add(age)
            }
        }

        /// With the last kill, it may be the leader's, a lease has to run out before anybody sweeps.
        private func checkIdler() async throws {
            let login = ContinuousClock.now
            #expect(try await sample.ssh("idler").run("true").status == 0)
            let first = try #require(await sample.uid("idler"))
            let isGone = try await eventually(within: .seconds(15 + 17 + 5) + Self.slack, every: .milliseconds(500)) {
                try await sample.uid("idler") != first
            }
            #expect(isGone)
            #expect(.now - login >= .seconds(15))
        }

        /// Nothing is held by the dead, nothing is anybody's who is gone, and time was counted once.
        private func checkRecords(_ metered: Duration) async throws {
            let isSettled = try await eventually(within: .seconds(90), every: .seconds(1)) {
                let living = try await LedgerView.renewals(in: sample.namespace).keys
                let ledgers = try await LedgerView.all(in: sample.site)
                let holders = ledgers.flatMap(\.holdings).filter { $0.kind != "lab" }.map(\.holder)
                return living.count == 2 && Set(holders).isSubset(of: living)
            }
            #expect(isSettled)
            try await checkLeftovers()
            #expect(try await sample.uid("leaver") == nil)
            let counted = try #require(await LedgerView.of("metered", in: sample.site)?.connectedTime["tight"])
            #expect((metered - .seconds(6)...metered).contains(counted), "\(counted) of \(metered)")
        }

        /// The labs are those that somebody uses, and the ledgers know them and no others.
        private func checkLeftovers() async throws {
            var (students, pods, held) = (Set<String>(), Set<String>(), Set<String>())
            let areRight = try await eventually(within: .seconds(90), every: .seconds(1)) {
                let labs = try await sample.namespace.pods()
                students = Set(labs.compactMap { $0["metadata"]["annotations"]["labgate.dev/student"].string })
                pods = Set(labs.compactMap { $0["metadata"]["name"].string })
                let holdings = try await LedgerView.all(in: sample.site).flatMap(\.holdings)
                held = Set(holdings.filter { $0.kind == "lab" }.map(\.holder))
                let users: Set = ["worker", "typist", "crowd", "metered"]
                return students == users && pods == held
            }
            #expect(areRight, "labs of \(students.sorted()): \(pods.sorted()); held: \(held.sorted())")
        }
    }
}
