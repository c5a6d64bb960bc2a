import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// The gateway's own ends: killed, drained, interrupted. Labs outlive them all.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct GatewayLifeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func labs() async throws -> [String] { try await sample.site.labs().map(\.uid) }

        @Test("A gateway that is killed leaves every lab as it is, and its successor goes on with them")
        func killed() async throws {
            let before = try await labs()
            #expect(before.count == 1)
            let running = try sample.ssh().start("echo begun; sleep 100")
            try await running.prints("begun")
            try await sample.gateway.kill()
            #expect(try await running.end().status == 255)
            try await sample.start()
            #expect(try await sample.ssh().run("echo again").output == "again\n")
            #expect(try await labs() == before)
            _ = try await sample.ssh().run("pkill sleep; true")
        }

        @Test("A gateway that is killed while a lab starts leaves one lab, which its successor adopts")
        func killedDuringStart() async throws {
            let running = try sample.ssh("edu02").start("echo in")
            try await running.prints("labgate: creating your lab")
            try await sample.gateway.kill()
            running.kill()
            try await sample.start()
            #expect(try await sample.ssh("edu02").run("echo in").output == "in\n")
            #expect(try await labs().count == 2)
        }

        @Test("SIGTERM drains: nobody new gets in, those who are in end as they like, then the gateway ends well")
        func drain() async throws {
            let ssh = try sample.ssh()
            let running = try ssh.start("echo begun; read line; echo $line; exit 7", input: .open)
            try await running.prints("begun")
            let gateway = try sample.gateway
            gateway.drain()
            let isClosed = try await eventually(within: .seconds(5), every: .milliseconds(100)) {
                try await ssh.run("true").status == 255
            }
            #expect(isClosed)
            #expect(gateway.isRunning)
            try running.type("still here\n")
            let child = try await running.end()
            #expect(child.output == "begun\nstill here\n")
            #expect(child.status == 7)
            let end = try await gateway.running.end(within: .seconds(10))
            #expect(end.status == 0)
            #expect(try await labs().count >= 1)
            try await sample.start()
        }

        @Test("A drain that takes too long ends with a word to those who are still there")
        func drainTimeout() async throws {
            try await sample.stop()
            try sample.writeConfiguration(drainTimeout: "2s")
            try await sample.start()
            let running = try sample.ssh().start("echo begun; sleep 5100")
            try await running.prints("begun")
            let gateway = try sample.gateway
            gateway.drain()
            let child = try await running.end(within: .seconds(15))
            #expect(child.status != 0)
            #expect(child.errors.contains("this gateway is being restarted"), "\(child.errors)")
            #expect(try await gateway.running.end(within: .seconds(10)).status == 0)
            #expect(try await !sample.commands(in: "edu01").contains("sleep 5100"))
            try sample.writeConfiguration()
            try await sample.start()
        }

        @Test("SIGINT closes at once and hangs up what runs")
        func interrupted() async throws {
            let running = try sample.ssh().start("echo begun; sleep 5200")
            try await running.prints("begun")
            try await sample.stop()
            #expect(try await running.end(within: .seconds(5)).status != 0)
            #expect(try await !sample.commands(in: "edu01").contains("sleep 5200"))
            try await sample.start()
        }
    }
}
