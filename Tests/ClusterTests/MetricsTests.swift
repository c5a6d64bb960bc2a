import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// What the gateway tells those who watch it.
    @Suite(.sampleClass(course: ["idle": "{holdDown: 0s}", "quotas": "{labSessions: 1}"]))
    struct MetricsTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Runs `body` with a gateway of its own that serves metrics, and has counted nothing yet.
        private func withGateway(
            kubeconfig: String? = Cluster.kubeconfig, _ body: (LabgateProcess) async throws -> Void
        ) async throws {
            try await sample.stop()
            try sample.writeConfiguration(
                site: sample.namespace.settings(kubeconfig: kubeconfig),
                extra: "metrics: {listen: \"127.0.0.1:0\"}\n" + SampleClass.briskLifeCycle)
            try await sample.start()
            try await sample.gateway.running.prints("listening for metrics")
            try await body(sample.gateway)
        }

        @Test("A login, commands, a stop and a refused password are counted, and nothing else is")
        func counts() async throws {
            try await withGateway { gateway in
                let isReady = try await eventually { try await gateway.get("/readyz").status == 200 }
                #expect(isReady)
                let before = try await gateway.scrape()
                #expect(before["labgate_connections_total"] == 0)
                #expect(before[#"labgate_labs_stopped_total{reason="asked"}"#] == 0)

                let ssh = try sample.ssh()
                #expect(try await ssh.run("cat", input: .text("hello\n")).output == "hello\n")
                #expect(try await ssh.run("exit 3").status == 3)
                #expect(try await ssh.run(":stop").status == 0)
                #expect(try await ssh.with(.password("wrong")).run("true").status == 255)
                let areClosed = try await eventually { try await gateway.scrape()["labgate_connections_open"] == 0 }
                #expect(areClosed)

                let scrape = try await gateway.scrape()
                let expected: [String: Double] = [
                    "labgate_connections_total": 4,
                    #"labgate_authentication_attempts_total{method="publickey",outcome="granted"}"#: 3,
                    #"labgate_authentication_attempts_total{method="password",outcome="refused"}"#: 1,
                    #"labgate_lab_sessions_total{course="c",end="ok"}"#: 2,
                    #"labgate_lab_sessions_total{course="c",end="failed"}"#: 1,
                    #"labgate_lab_sessions_open{course="c"}"#: 0,
                    #"labgate_lab_starts_total{course="c",outcome="ready"}"#: 1,
                    #"labgate_lab_ready_seconds_count{course="c",start="cold"}"#: 1,
                    #"labgate_lab_ready_seconds_count{course="c",start="warm"}"#: 1,
                    #"labgate_labs_stopped_total{reason="asked"}"#: 1,
                    #"labgate_relayed_bytes_total{direction="to_lab"}"#: 6,
                    #"labgate_relayed_bytes_total{direction="to_client"}"#: 6,
                    #"labgate_api_requests_total{code="201",resource="pods",verb="create"}"#: 1,
                    #"labgate_api_requests_total{code="200",resource="pods",verb="delete"}"#: 1,
                ]
                for (series, value) in expected { #expect(scrape[series] == value, "\(series)") }
                for metric in [
                    "labgate_authentication_attempts_total", "labgate_lab_sessions_total", "labgate_lab_starts_total",
                    "labgate_labs_stopped_total", "labgate_refusals_total", "labgate_forwardings_total",
                ] {
                    let others = scrape.values.filter { $0.key.hasPrefix(metric) && expected[$0.key] == nil }
                    #expect(others.values.allSatisfy { $0 == 0 }, "\(others)")
                }
                try await Self.expectNothingPrivate(in: scrape)
            }
        }

        private static func expectNothingPrivate(in scrape: Scrape) async throws {
            for word in ["edu01", "edu02", "127.0.0.1"] { #expect(!scrape.text.contains(word), "\(word)") }
            guard Python.isThere else { return }
            let script = "import sys, prometheus_client.parser as p; list(p.text_string_to_metric_families(sys.stdin.read()))"
            let child = try await ChildProcess.run(
                [Python.interpreter ?? "python3", "-c", script], input: .text(scrape.text))
            #expect(child.status == 0, "\(child.errors)")
        }

        @Test("What runs and what a quota has refused is counted while it is so")
        func refusal() async throws {
            try await withGateway { gateway in
                let running = try sample.ssh().start("echo begun; read line", input: .open)
                try await running.prints("begun")
                #expect(try await sample.ssh().run("true").status == 254)
                let scrape = try await gateway.scrape()
                #expect(scrape[#"labgate_lab_sessions_open{course="c"}"#] == 1)
                #expect(scrape[#"labgate_refusals_total{course="c",limit="lab_sessions"}"#] == 1)
                #expect(scrape[#"labgate_lab_sessions_total{course="c",end="refused"}"#] == 1)
                running.kill()
                let isCounted = try await eventually {
                    let scrape = try await gateway.scrape()
                    return scrape[#"labgate_lab_sessions_total{course="c",end="gone"}"#] == 1
                        && scrape[#"labgate_lab_sessions_open{course="c"}"#] == 0
                }
                #expect(isCounted)
            }
        }

        @Test("Who waits for a place is counted as long as they wait, and so is the start that came to nothing")
        func waiting() async throws {
            try await withGateway { gateway in
                try await sample.change {
                    try sample.write(CourseDocument(name: "full", more: ["capacity": "1"]))
                    for student in ["edu01", "edu02"] { try await sample.write(student: student, courses: ["c", "full"]) }
                }
                #expect(try await sample.ssh("edu01+full").run("true").status == 0)
                let waiting = try sample.ssh("edu02+full").start("true")
                try await waiting.prints("in the queue")
                #expect(try await gateway.scrape()[#"labgate_waiting{course="full"}"#] == 1)
                waiting.kill()
                let isCounted = try await eventually {
                    let scrape = try await gateway.scrape()
                    return scrape[#"labgate_waiting{course="full"}"#] == 0
                        && scrape[#"labgate_lab_starts_total{course="full",outcome="gone"}"#] == 1
                }
                #expect(isCounted)
                #expect(try await sample.ssh("edu01+full").run(":stop").status == 0)
            }
        }

        @Test("A forwarded connection that its course does not permit is counted as refused, and not as a lab session")
        func forwarding() async throws {
            try await withGateway { gateway in
                #expect(try await sample.ssh().with("-W", "example.org:80").run().status == 255)
                let scrape = try await gateway.scrape()
                #expect(scrape[#"labgate_forwardings_total{course="c",outcome="refused"}"#] == 1)
                #expect(scrape[#"labgate_forwardings_open{course="c"}"#] == 0)
                #expect(scrape.sum(of: "labgate_lab_sessions_total") == 0)
            }
        }

        @Test("A gateway that has never reached its API server is alive and not ready, and says why")
        func unreachable() async throws {
            let text = try await Cluster.kubectl(["config", "view", "--raw", "--minify", "--flatten"])
            let server = try #require(text.firstMatch(of: /server: https:\/\/[^\s]+/))
            let kubeconfig = try TemporaryFolder.make().appending(path: "kubeconfig")
            // Nobody listens on the port of "discard" (RFC 863) on a machine of today.
            try Data(text.replacing(server.0, with: "server: https://127.0.0.1:9").utf8).write(to: kubeconfig)
            try await withGateway(kubeconfig: kubeconfig.path) { gateway in
                let answer = try await gateway.get("/readyz")
                #expect(answer.status == 503)
                let lines = answer.text.split(separator: "\n")
                #expect(lines.count == 2, "\(answer.text)")
                #expect(lines.first?.hasPrefix("the labs have not been read yet: is the API server") == true)
                #expect(lines.last?.hasPrefix("the records of usage have not been read yet") == true)
                #expect(try await gateway.get("/healthz").status == 200)
                let isCounted = try await eventually {
                    try await gateway.scrape().sum(of: "labgate_api_watch_restarts_total") > 0
                }
                #expect(isCounted)
            }
        }

        @Test("A gateway is ready once the API server answers", .enabled(if: Cluster.component != nil && Python.isThere))
        func reachedLate() async throws {
            let target = try #require(await FaultProxy.portOfAPIServer())
            try await FaultProxy.with(target: target) { proxy in
                try await proxy.behave("hole")
                try await withGateway(kubeconfig: await proxy.kubeconfig().path) { gateway in
                    #expect(try await gateway.get("/readyz").status == 503)
                    try await proxy.behave("pass")
                    let isReady = try await eventually(within: .seconds(60), every: .milliseconds(200)) {
                        try await gateway.get("/readyz").status == 200
                    }
                    #expect(isReady)
                }
                try await sample.stop()
            }
        }

        @Test("A gateway that drains is alive and not ready, and goes on to count until it ends")
        func draining() async throws {
            try await withGateway { gateway in
                let running = try sample.ssh().start("echo begun; read line", input: .open)
                try await running.prints("begun")
                #expect(try await gateway.get("/readyz").status == 200)
                gateway.drain()
                let isDraining = try await eventually(every: .milliseconds(50)) {
                    let answer = try await gateway.get("/readyz")
                    return answer.status == 503 && answer.text == "the gateway is draining: nobody new gets in\n"
                }
                #expect(isDraining)
                #expect(try await gateway.get("/healthz").status == 200)
                #expect(try await gateway.scrape()[#"labgate_lab_sessions_open{course="c"}"#] == 1)
                try running.type("\n")
                #expect(try await running.end().status == 0)
                #expect(try await gateway.running.end(within: .seconds(20)).status == 0)
            }
        }

        @Test("A port of metrics that is taken is told in one line, and nothing is served")
        func taken() async throws {
            try await withGateway { gateway in
                let address = try gateway.metricsAddress
                let file = try TemporaryFolder.make().appending(path: "labgate.yaml")
                let text = try String(contentsOf: sample.configuration, encoding: .utf8)
                    .replacing("metrics: {listen: \"127.0.0.1:0\"}", with: "metrics: {listen: \"\(address)\"}")
                    .replacing("classroom: classroom", with: "classroom: \(sample.classroom.path)")
                try Data(text.utf8).write(to: file)
                let child = try await ChildProcess.run(
                    [LabgateProcess.executable, "serve", "--config", file.path], within: .seconds(30))
                #expect(child.status == 1)
                let lines = child.errors.split(separator: "\n").filter { !$0.hasPrefix("{") }
                #expect(lines.count == 1, "\(child.errors)")
                #expect(lines.first?.hasPrefix("labgate: cannot serve metrics on \(address): ") == true, "\(lines)")
            }
        }
    }
}
