import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Many channels on one connection (ControlMaster).
    @Suite(.sampleClass(labsOf: "edu01"))
    struct ChannelTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Runs `body` with a client whose channels all share one connection.
        private func withControlMaster(_ body: (SSH) async throws -> Void) async throws {
            let socket = try TemporaryFolder.make().appending(path: "s")
            let master = try ChildProcess.start(sample.ssh().with("-M", "-S", socket.path, "-N").argv())
            defer { master.kill() }
            try #require(await eventually { FileManager.default.fileExists(atPath: socket.path) }, "\(master.errors)")
            try await body(try sample.ssh().with("-S", socket.path, "-o", "ControlMaster=no"))
        }

        @Test("Ten channels of one connection live apart: the death of one is nothing to the others", .shows(.openSSH, .channels))
        func controlMaster() async throws {
            let connections = try sample.gateway.logged("connection opened").count
            try await withControlMaster { ssh in
                let channels = try (0..<10).map { number in
                    try ssh.start("echo begin \(number); cat >&2; exit \(number)", input: .open)
                }
                for (number, channel) in channels.enumerated() { try await channel.prints("begin \(number)") }
                let victim = channels[4]
                victim.kill()
                for (number, channel) in channels.enumerated() where number != 4 {
                    try channel.type("through \(number)\n")
                    try await channel.prints("through \(number)")
                }
                for (number, channel) in channels.enumerated() where number != 4 {
                    try channel.endInput()
                    let child = try await channel.end(within: .seconds(20))
                    #expect(child.status == Int32(number))
                    #expect(child.errors == "through \(number)\n")
                }
                let again = try await ssh.run("echo alive")
                #expect(again.output == "alive\n")
            }
            #expect(try sample.gateway.logged("connection opened").count == connections + 1)
        }

        @Test("Shells in terminals and bulk transfers share a connection, and the shell stays quick")
        func shellBesideBulk() async throws {
            try await withControlMaster { ssh in
                let bulk = try ssh.start("head -c 100000000 /dev/zero; sleep 1")
                try await Terminal.with(ssh) { terminal in
                    try await terminal.showsPrompt()
                    try await terminal.enter("echo quick:$(( 40 + 2 ))")
                    try await terminal.shows("quick:42", within: .seconds(10))
                }
                #expect(try await bulk.end(within: .seconds(60)).outputBytes.count == 100_000_000)
            }
        }

        @Test("An unknown subsystem is refused in words")
        func unknownSubsystem() async throws {
            let child = try await sample.ssh().with("-s").run("netconf")
            #expect(child.status != 0)
            #expect(child.output.isEmpty)
            #expect(!child.errors.isEmpty)
        }
    }
}
