import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Session channels (RFC 4254)", .serialized)
struct SessionChannelTests {
    let script = Script(file: "channels")
    let clients = Script(file: "clients")

    @Test("On the wire the end is: data, EOF, exit-status, CLOSE")
    func orderOfTheEnd() async throws {
        try await TestServer.run { server in
            try await script.passes("order_of_the_end", server.port)
            try await script.passes("order_of_the_end_by_signal", server.port)
        }
    }

    @Test("Terminal, size and environment asked for before the start come with the request")
    func requestsBeforeTheStart() async throws {
        try await TestServer.run { server in
            try await script.passes("requests_before_the_start", server.port)
            try await script.passes("bounded_environment", server.port)
        }
    }

    @Test("Window changes and signals reach a running program")
    func events() async throws {
        try await TestServer.run { try await script.passes("events", $0.port) }
    }

    @Test("A program is told when OpenSSH's client reads its output no more")
    func outputUnwanted() async throws {
        try await TestServer.run { try await script.passes("output_unwanted", $0.port) }
    }

    @Test("Shells and subsystems start, and a channel runs one program only")
    func shellAndSubsystem() async throws {
        try await TestServer.run { try await script.passes("shell_and_subsystem", $0.port) }
    }

    @Test("What is unknown or not served gets a failure and disturbs nothing")
    func unknownRequests() async throws {
        try await TestServer.run { try await script.passes("unknown_requests", $0.port) }
    }

    @Test("End of input ends the input only; data sent before the answer is not lost")
    func halfClose() async throws {
        try await TestServer.run { server in
            try await script.passes("half_close", server.port)
            try await script.passes("early_data", server.port)
        }
    }

    @Test("OpenSSH sees every exit status, and 255 for a signal")
    func exitStatus() async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey()
            for status in [0, 1, 42, 127, 254, 255] as [Int32] {
                #expect(try await server.ssh(key: key, [], "exit \(status)").status == status)
            }
            #expect(try await server.ssh(key: key, [], "signal SEGV").status == 255)
        }
    }

    @Test("A request on a channel that was closed has no answer, and its connection goes on")
    func closedChannel() async throws {
        try await TestServer.run { try await script.passes("asks_a_closed_channel", $0.port) }
    }

    @Test("asyncssh sees output, exit signal, end of input, resize and signals")
    func asyncssh() async throws {
        try await TestServer.run { try await clients.passes("session", $0.port) }
    }

    @Test("Of twenty channels of a connection one closes, and the others do not notice")
    func manyChannels() async throws {
        try await TestServer.run { try await script.passes("many_channels", $0.port) }
    }

    @Test("More channels than permitted are refused; a channel closed before its start makes room")
    func tooManyChannels() async throws {
        try await TestServer.run({ $0.maximumChannels = 5 }) { try await script.passes("too_many_channels", $0.port, 5) }
    }

    @Test("Two thousand channels closed in all phases leave neither program nor memory behind")
    func closedInEveryPhase() async throws {
        try await TestServer.run { server in
            try await script.passes("closed_in_every_phase", server.port, 200)
            let before = try residentMegabytes()
            try await script.passes("closed_in_every_phase", server.port, 1800)
            #expect(try residentMegabytes() - before < 64)
            #expect(try await eventually { server.journal.entries.count { $0 == "flood ended" } == 500 })
            #expect(server.journal.entries.count { $0 == "cat ended" } == 1000)
        }
    }

    @Test("A closed channel ends what reads, writes and waits for events on it")
    func closingReachesTheProgram() async throws {
        try await TestServer.run { server in
            try await script.passes("closing_reaches_the_program", server.port)
            #expect(try await server.journal.has("flood ended"))
            #expect(try await server.journal.has("events ended"))
            try await script.passes("packet_log_of_disconnect", server.port)
            #expect(try await eventually { server.journal.entries.count { $0 == "events ended" } == 2 })
        }
    }

    @Test("A keystroke comes back while another channel floods a slow client")
    func interactiveBesideBulk() async throws {
        try await TestServer.run { try await script.passes("interactive_beside_bulk", $0.port) }
    }

    @Test("200 MB go both ways unchanged while client and server exchange keys at every MiB")
    func bulkWithRekeying() async throws {
        try await TestServer.run({ $0.rekeyAfterByteCount = 1 << 20 }) { server in
            let key = try await TestServer.makeKey()
            let folder = try TemporaryFolder.make()
            let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
            defer { try? FileManager.default.removeItem(at: folder) }
            let made = try await ChildProcess.run(
                ["openssl", "rand", "-out", input.path, String(200_000_000)], within: .seconds(60))
            try #require(made.status == 0, "openssl: \(made.errors)")
            let child = try await server.ssh(
                key: key, ["-o", "RekeyLimit=1M"], "cat", input: input, output: output, within: .seconds(240))
            #expect(child.status == 0, "\(child.errors)")
            let sums = try await ChildProcess.run(["sha256sum", input.path, output.path]).output.split(separator: "\n")
            #expect(sums.count == 2 && sums[0].prefix(64) == sums[1].prefix(64))
            try await clients.passes("bulk", server.port, 8, within: .seconds(120))
        }
    }

    @Test("A program that reads slowly slows the client down, and memory stays bounded")
    func slowReader() async throws {
        try await TestServer.run { server in
            let folder = try TemporaryFolder.make()
            let input = folder.appending(path: "in")
            _ = FileManager.default.createFile(atPath: input.path, contents: Data(count: 64_000_000))
            let key = try await TestServer.makeKey()
            let before = try residentMegabytes()
            let upload = try ChildProcess.start(try server.sshCommand(key: key, [], "slow"), input: .file(input))
            try await Task.sleep(for: .seconds(1))
            #expect(try residentMegabytes() - before < 24)
            let child = try await upload.end(within: .seconds(120))
            #expect(child.output == "64000000 bytes, then end of input\n", "\(child.errors)")
        }
    }

    @Test("A client that reads slowly slows the program down, and gets everything")
    func slowClient() async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey()
            let folder = try TemporaryFolder.make()
            let fifo = folder.appending(path: "fifo")
            try #require(mkfifo(fifo.path, 0o600) == 0)
            let loop = "while count=$(head -c 4194304 | wc -c); [ $count -gt 0 ]; do echo $count; sleep 0.02; done"
            let reader = try ChildProcess.start(["sh", "-c", "exec <\"$0\"; \(loop)", fifo.path])
            let before = try residentMegabytes()
            let child = try await server.ssh(key: key, [], "source 100", output: fifo, within: .seconds(120))
            #expect(child.status == 0, "\(child.errors)")
            #expect(try residentMegabytes() - before < 64)
            let counts = try await reader.end().output.split(separator: "\n").compactMap { Int($0) }
            #expect(counts.reduce(0, +) == 100 << 20)
        }
    }

    @Test("A cancelled read, event or write returns at once, and the channel goes on without loss")
    func cancellation() async throws {
        try await TestServer.run { server in
            try await script.passes("impatient_program", server.port)
            try await script.passes("program_that_cancels_all_the_time", server.port)
        }
    }

    @Test("A client's keepalives are answered")
    func clientKeepalive() async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey()
            let client = try ChildProcess.start(
                try server.sshCommand(
                    key: key, ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"], "hang"))
            defer { client.kill() }
            try await Task.sleep(for: .seconds(3.5))
            #expect(client.isRunning, "\(client.errors)")
        }
    }

    @Test("A peer that is gone without a word is given up; one that answers is not")
    func serverKeepalive() async throws {
        try await TestServer.run({
            $0.keepaliveInterval = .milliseconds(300)
            $0.keepaliveCountMaximum = 3
        }) { server in
            let key = try await TestServer.makeKey()
            let alive = try ChildProcess.start(try server.sshCommand(key: key, [], "hang"))
            defer { alive.kill() }
            let gone = try script.start("black_hole", server.port)
            defer { gone.kill() }
            try await gone.prints("ready")
            gone.signal(SIGSTOP)
            let start = ContinuousClock.now
            #expect(try await server.journal.has("closed: the client has not answered for too long"))
            // Interval times count, and at most an interval each until the silence is noticed and judged.
            #expect(ContinuousClock.now - start < .milliseconds(300 * 5 + 700))
            #expect(alive.isRunning)
            #expect(server.journal.entries.count { $0.hasPrefix("closed") } == 1)
        }
    }

    @Test("A hundred clients at a time are served")
    func crowd() async throws {
        try await TestServer.run { server in
            try await clients.passes("crowd", server.port, 100, within: .seconds(120))
            #expect(try await server.allConnectionsEnd())
        }
    }
}
