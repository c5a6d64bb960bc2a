import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// An API server that answers late, or not just now.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 12s, warnings: [6s, 3s], maximumAge: 10m, restartGrace: 5s, holdDown: 0s, workKeepsLab: false}",
            "quotas": "{labSessions: 3}",
        ]))
    struct APIFaultTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func enroll(_ names: [String]) async throws {
            try await sample.change { for name in names { try await sample.write(student: name) } }
        }

        /// Runs `body` with the class's gateway behind a proxy.
        private func withProxy(_ body: (APIFaultProxy) async throws -> Void) async throws {
            try await APIFaultProxy.with { proxy in
                try await sample.stop()
                try sample.writeConfiguration(
                    site: sample.namespace.settings(kubeconfig: proxy.kubeconfig().path),
                    extra: SampleClass.briskLifeCycle)
                try await sample.start()
                try sample.writeConfiguration(extra: SampleClass.briskLifeCycle)
                try await body(proxy)
                try await sample.stop()
            }
            try await sample.start()
        }

        @Test("While the API server answers many requests with 429 or 503, ten students who log in at once all get in")
        func busy() async throws {
            let names = (1...10).map { "busy\($0)" }
            try await enroll(names)
            try await withProxy { proxy in
                try await proxy.behave("refuse 0.3")
                try await withThrowingDiscardingTaskGroup { group in
                    for name in names {
                        group.addTask {
                            let child = try await sample.ssh(name).run("echo in; exit 3", within: .seconds(120))
                            #expect((child.output, child.status) == ("in\n", 3), "\(name): \(child.errors)")
                        }
                    }
                }
                let count = try await proxy.behave("pass")
                #expect(count >= names.count, "only \(count) requests were refused: nothing is shown")
            }
        }

        @Test("A lab that cannot be created is tried for as long as a start may take; then it is given up with the reason")
        func uncreating() async throws {
            try await sample.change {
                var course = CourseDocument(name: "brief")
                course.startTimeout = "15s"
                try sample.write(course)
                try await sample.write(student: "hopeful", courses: ["brief"])
            }
            try await withProxy { proxy in
                try await proxy.behave("uncreating")
                let login = ContinuousClock.now
                let child = try await sample.ssh("hopeful").run("true", within: .seconds(120))
                #expect(child.status == 254)
                #expect(.now - login >= .seconds(15))
                #expect(child.errors.contains("the proxy wants it so"), "\(child.errors)")
                #expect(child.errors.contains("Your lab was not ready after 15 seconds"), "\(child.errors)")
                let count = try await proxy.behave("pass")
                #expect(count > 2)
                #expect(try await sample.ssh("hopeful").run("echo in", within: .seconds(60)).output == "in\n")
            }
        }

        @Test("A node that has just started and knows no pods yet is asked again: the login finds its lab")
        func forgetfulNode() async throws {
            try await enroll(["reader"])
            try await withProxy { proxy in
                let ssh = try sample.ssh("reader")
                #expect(try await ssh.run("true").status == 0)
                let uid = try await sample.uid("reader")
                try await proxy.behave("forget 2")
                let child = try await ssh.run("echo in", within: .seconds(30))
                #expect(child.output == "in\n", "\(child.errors)")
                #expect(try await sample.uid("reader") == uid)
                #expect(try await proxy.behave("pass") == 2)
            }
        }

        // MARK: Watches

        @Test("An elected gateway whose watches lag ends no lab early, lets in as many as may, and refuses nobody else")
        func lag() async throws {
            try await enroll(["typist", "crowd", "mover", "idler"])
            try await withProxy { proxy in
                let leads = try await eventually(within: .seconds(60)) {
                    try !sample.gateway.logged("This replica leads").isEmpty
                }
                try #require(leads)
                let other = try await LabgateProcess.serve(configuration: sample.configuration)
                try await proxy.behave("lag 15")
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { try await type(at: other) }
                    group.addTask { try await crowd(at: other) }
                    group.addTask { try await move(from: other) }
                    group.addTask { try await idle(at: other) }
                }
                #expect(try sample.gateway.logged("This replica leads no more").isEmpty)
                try await other.stop()
            }
        }

        /// A student who types every second for more than twice the limit: the marks of it come late.
        private func type(at gateway: LabgateProcess) async throws {
            let typing = try sample.ssh("typist", at: gateway).typing("cat")
            defer { typing.killGroup() }
            try await typing.prints("x", within: .seconds(60))
            let uid = try #require(await uid("typist"))
            try await Task.sleep(for: .seconds(30))
            #expect(try await self.uid("typist") == uid)
            #expect(typing.isRunning, "\(typing.errors)")
        }

        /// A student who wants more than may be, at both gateways at once.
        private func crowd(at other: LabgateProcess) async throws {
            let gateways = [try sample.gateway, other]
            let logins = try (0..<8).map { try sample.ssh("crowd", at: gateways[$0 % 2]).start("echo in; read line", input: .open) }
            let areAnswered = try await eventually(within: .seconds(90), every: .milliseconds(100)) {
                logins.allSatisfy { !$0.isRunning || $0.output == "in\n" }
            }
            #expect(areAnswered)
            #expect(logins.count(where: \.isRunning) == 3)
            for login in logins where !login.isRunning {
                let child = try await login.end()
                #expect(child.errors.contains("you have 3 lab sessions"), "\(child.errors)")
            }
            for login in logins { try login.endInput() }
            for login in logins { _ = try await login.end() }
            // What was held is free at once, although nothing has told this gateway.
            let child = try await sample.ssh("crowd").run("echo again")
            #expect(child.output == "again\n", "\(child.errors)")
        }

        /// A student whose lab was stopped through one gateway and who comes back through the one that does not know it.
        private func move(from other: LabgateProcess) async throws {
            #expect(try await sample.ssh("mover").run("echo in").output == "in\n")
            #expect(try await sample.ssh("mover", at: other).run(":stop").status == 0)
            let child = try await sample.ssh("mover").run("echo again", within: .seconds(90))
            #expect(child.output == "again\n", "\(child.errors)")
        }

        /// A student who leaves: the lab ends all the same, as much later as news come.
        private func idle(at gateway: LabgateProcess) async throws {
            let login = ContinuousClock.now
            #expect(try await sample.ssh("idler", at: gateway).run("true").status == 0)
            let uid = try #require(await uid("idler"))
            let isGone = try await eventually(within: .seconds(12 + 15 + 60), every: .milliseconds(300)) {
                try await self.uid("idler") != uid
            }
            #expect(isGone)
            #expect(.now - login >= .seconds(12))
        }

        private func uid(_ student: String) async throws -> String? {
            try await sample.namespace.pod(of: student)?["metadata"]["uid"].string
        }
    }
}
