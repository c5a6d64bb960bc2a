import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// What becomes of processes in a lab when clients, signals and connections come and go.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct ConnectionLossTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// The command lines in the lab, seen without labgate.
        private func commandLines() async throws -> [String] {
            let script = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; echo; done 2>/dev/null"
            return try await sample.exec(in: "edu01", script).split(separator: "\n").map(String.init)
        }

        private func runs(_ command: String) async throws -> Bool {
            try await commandLines().contains { $0.hasPrefix(command) }
        }

        private func ends(_ command: String) async throws -> Bool {
            try await eventually(within: .seconds(10), every: .milliseconds(200)) { try await !runs(command) }
        }

        @Test("A client that vanishes takes its command with it, and leaves what was started with nohup")
        func vanished() async throws {
            let running = try sample.ssh().start("nohup sleep 5001 >/dev/null 2>&1 & echo begun; sleep 5002; echo after")
            try await running.prints("begun")
            try #require(await eventually(every: .milliseconds(200)) { try await runs("sleep 5002") })
            running.kill()
            #expect(try await ends("sleep 5002"))
            #expect(try await runs("sleep 5001"))
            _ = try await sample.ssh().run("pkill -f 'sleep 5001' || for p in /proc/[0-9]*; do grep -qs 5001 $p/cmdline && kill ${p#/proc/}; done")
        }

        @Test("A terminal that vanishes takes the shell and its foreground program with it")
        func vanishedTerminal() async throws {
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("sleep 5003")
                try #require(await eventually(every: .milliseconds(200)) { try await runs("sleep 5003") })
            }
            #expect(try await ends("sleep 5003"))
            #expect(try await eventually(every: .milliseconds(200)) { try await !runs("/bin/bash -l") })
        }

        @Test("A client that ends itself in good order takes its command with it, too")
        func closed() async throws {
            let running = try sample.ssh().start("echo begun; sleep 5004")
            try await running.prints("begun")
            running.signal(SIGTERM)
            _ = try await running.end()
            #expect(try await ends("sleep 5004"))
        }

        @Test("A signal that the client sends reaches the command", .enabled(if: Python.isThere))
        func signal() async throws {
            let script = """
                import asyncio, asyncssh, sys
                async def main(port, key):
                    async with asyncssh.connect("127.0.0.1", int(port), username="edu01", client_keys=[key],
                                                known_hosts=None, config=None, agent_path=None) as connection:
                        trap = "trap 'echo caught USR1' USR1; trap 'echo caught TERM; exit 5' TERM; echo ready; while :; do sleep .1; done"
                        process = await connection.create_process(trap)
                        print((await process.stdout.readline()).strip())
                        process.send_signal("USR1")
                        print((await process.stdout.readline()).strip())
                        process.send_signal("TERM")
                        print((await process.stdout.readline()).strip())
                        await process.wait_closed()
                        print(process.exit_status)
                asyncio.run(main(*sys.argv[1:]))
                """
            let child = try await Python.run(script, "\(sample.gateway.port)", sample.key(of: "edu01").path)
            #expect(child.output == "ready\ncaught USR1\ncaught TERM\n5\n", "\(child.errors)")
        }

        @Test("After two hundred hang-ups at random moments the lab has as many processes as before")
        func noLeaks() async throws {
            try #require(await eventually(every: .milliseconds(200)) { try await !runs("sleep 500") })
            let before = try await commandLines().count
            for _ in 0..<10 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            let ssh = try sample.ssh().with(["-T", "-tt", "-N"].randomElement() ?? "-T")
                            let running = try ssh.start(Bool.random() ? "sleep 6000" : nil, input: .open)
                            try await Task.sleep(for: .milliseconds(Int.random(in: 0...2500)))
                            running.kill()
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let isAsBefore = try await eventually(within: .seconds(30), every: .milliseconds(300)) {
                try await commandLines().count <= before
            }
            let after = isAsBefore ? [] : try await commandLines()
            #expect(isAsBefore, "\(before) before, now \(after.joined(separator: "\n"))")
        }
    }
}
