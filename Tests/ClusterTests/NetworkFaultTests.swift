import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Networks that cut, delay and swallow, between the gateway and the API server and between the client and the gateway.
    @Suite(.sampleClass(labsOf: "edu01"), .enabled(if: Cluster.component != nil))
    struct NetworkFaultTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Runs `body` with a gateway that reaches the API server through a proxy.
        private func withProxiedCluster(_ body: (FaultProxy) async throws -> Void) async throws {
            let target = try #require(await FaultProxy.portOfAPIServer())
            try await FaultProxy.with(target: target) { proxy in
                try await sample.stop()
                try sample.writeConfiguration(site: sample.namespace.settings(kubeconfig: await proxy.kubeconfig().path))
                try await sample.start()
                _ = try await sample.ssh().run("true")
                try await body(proxy)
                try await sample.stop()
            }
            try sample.writeConfiguration()
            try await sample.start()
        }

        @Test("A stream that is cut at any moment of its output ends with 254 and a sentence, and never with a false 0")
        func cutInOutput() async throws {
            try await withProxiedCluster { proxy in
                for pause in [0, 20, 50, 100, 200, 300, 500, 800] {
                    let running = try sample.ssh().start("seq 30000000")
                    try await running.prints("1\n")
                    try await Task.sleep(for: .milliseconds(pause))
                    try await proxy.behave("cut")
                    let child = try await running.end(within: .seconds(30))
                    #expect(child.status == 254)
                    #expect(child.errors.contains("labgate: the connection to your lab was lost"), "\(child.errors)")
                    // What came is the beginning of it, whole.
                    let lines = child.output.split(separator: "\n")
                    let good = lines.dropLast().enumerated().allSatisfy { $0.element == "\($0.offset + 1)" }
                    #expect(good && lines.count > 1)
                }
                #expect(try await sample.ssh().run("echo again").output == "again\n")
            }
        }

        @Test("A login goes on over a path that is slow")
        func delay() async throws {
            try await withProxiedCluster { proxy in
                try await proxy.behave("delay 200")
                let child = try await sample.ssh().run("sort; echo err >&2; exit 3", input: .text("b\na\n"))
                #expect((child.output, child.errors, child.status) == ("a\nb\n", "err\n", 3))
            }
        }

        @Test("Proxies that cut what was silent for twenty seconds cut no session, in a terminal or not")
        func idleProxy() async throws {
            try await withProxiedCluster { proxy in
                try await proxy.behave("idle 20")
                let ssh = try sample.ssh()
                let quiet = try ssh.start("sleep 45; echo alive; exit 5")
                try await Terminal.with(ssh) { terminal in
                    try await terminal.showsPrompt()
                    let child = try await quiet.end(within: .seconds(70))
                    #expect((child.output, child.status) == ("alive\n", 5), "\(child.errors)")
                    try await terminal.enter("echo alive:$(( 1 + 1 ))")
                    try await terminal.shows("alive:2")
                }
            }
        }

        @Test("A path to the API server that swallows everything is found out, and said so", .timeLimit(.minutes(10)))
        func blackHole() async throws {
            try await withProxiedCluster { proxy in
                let running = try sample.ssh().start("echo begun; sleep 1000")
                try await running.prints("begun")
                try await proxy.behave("hole")
                let child = try await running.end(within: .seconds(100))
                #expect(child.status == 254)
                #expect(child.errors.contains("no sign of life"), "\(child.errors)")
                try await proxy.behave("pass")
                let again = try await sample.ssh().run("echo again", within: .seconds(90))
                #expect(again.output == "again\n", "\(again.errors)")
            }
        }

        @Test("A client whose network swallows everything is found out within the keepalives' time, and hung up")
        func deadClient() async throws {
            try await sample.stop()
            try sample.writeConfiguration(extra: "ssh: {keepaliveInterval: 1s, keepaliveCountMaximum: 3}")
            try await sample.start()
            try await FaultProxy.with(target: sample.gateway.port) { proxy in
                let ssh = try sample.ssh().through(port: proxy.port)
                let running = try ssh.start("echo begun; exec sleep 7001")
                try await running.prints("begun")
                // Silence alone is no reason.
                try await Task.sleep(for: .seconds(6))
                #expect(running.isRunning)
                try await proxy.behave("hole")
                let begin = ContinuousClock.now
                let isGone = try await eventually(within: .seconds(15), every: .milliseconds(200)) {
                    try await !sample.commands(in: "edu01").contains("sleep 7001")
                }
                #expect(isGone)
                #expect(ContinuousClock.now - begin < .seconds(8))
                running.kill()
            }
            try await sample.stop()
            try sample.writeConfiguration()
            try await sample.start()
        }
    }
}
