import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Clients that mean no good", .serialized)
struct HazardTests {
    let script = Script(file: "hazards")

    @Test("A channel that takes tiny packets is refused, and nobody else notices")
    func tinyPackets() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { server in
            try await script.passes("tiny_packets", server.port, 0, 1, 9, 10, 11, 1023)
            try await script.passes("smallest_packets_served", server.port)
            #expect(try await server.allConnectionsEnd())
        }
    }

    @Test("GSSAPI is refused at once, and no file is opened and no host looked up for it, nor when a client connects")
    func gssapi() async throws {
        try await TestServer.run { server in
            let report = try TemporaryFolder.make().appending(path: "strace")
            let tracer = try ChildProcess.start([
                "strace", "-f", "-e", "trace=open,openat,connect,execve", "-o", report.path, "-p", "\(getpid())",
            ])
            let isAttached = try await eventually { tracer.errors.contains("attached") || !tracer.isRunning }
            try #require(isAttached && tracer.isRunning, "this test needs strace: \(tracer.errors)")
            try await Script(file: "authentication").passes("gssapi", server.port)
            tracer.kill()
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            let calls = try String(contentsOf: report, encoding: .utf8).split(separator: "\n")
                .filter { line in tasks.contains { line.hasPrefix($0 + " ") } }
            #expect(!calls.isEmpty, "strace has seen nothing")
            for name in ["libssh", "gss", "krb5", "/etc/hosts", "resolv.conf", "nsswitch"] {
                #expect(!calls.contains { $0.contains(name) }, "\(name) was opened")
            }
        }
    }

    @Test("A client that asks and never reads the answers is not read any more")
    func asksAndNeverReads() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { server in
            let before = try residentMegabytes()
            try await script.passes("asks_and_never_reads", server.port, 1_000_000)
            #expect(try residentMegabytes() - before < 64)
        }
    }

    @Test("A client that never reads a flood of output stops the flood")
    func neverReadsOutput() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { server in
            let before = try residentMegabytes()
            let child = try script.start("never_reads_output", server.port)
            try await child.prints("flooded")
            #expect(try residentMegabytes() - before < 64)
            #expect(try await child.end().status == 0, "\(child.errors)")
            #expect(try await server.journal.has("flood ended"))
        }
    }

    @Test("A client that ignores its window is closed before it fills the memory")
    func ignoresTheWindow() async throws {
        try await TestServer.run { server in
            let before = try residentMegabytes()
            try await script.passes("ignores_the_window", server.port, 200)
            #expect(try residentMegabytes() - before < 64)
            #expect(try await server.journal.has("closed: the client ignores a channel's window"))
        }
    }

    @Test("Channels that nobody reads are not read any more once they hold too much together")
    func fillsManyChannels() async throws {
        try await TestServer.run({ $0.keepaliveInterval = .seconds(2) }) { server in
            let before = try residentMegabytes()
            let child = try script.start("fills_many_channels", server.port, 30)
            try await child.prints("filled")
            #expect(try residentMegabytes() - before < 64)
            #expect(try await child.end().status == 0, "\(child.errors)")
            #expect(try await server.journal.has("closed: too much input waits for programs that do not read it"))
        }
    }

    @Test("Input to a channel that runs nothing ends the connection")
    func sendsBeforeAProgram() async throws {
        try await TestServer.run { try await script.passes("sends_before_a_program", $0.port) }
    }

    @Test("A client that leaves new keys undone and asks without end is closed before its answers fill the memory")
    func exchangesNoKeys() async throws {
        try await TestServer.run({ $0.rekeyAfterByteCount = 100_000 }) { server in
            let before = try residentMegabytes()
            try await script.passes("exchanges_no_keys", server.port, 1_000_000)
            #expect(try residentMegabytes() - before < 64)
            #expect(try await server.journal.has("closed: the client asks without end and takes no answers"))
        }
    }

    @Test("Who connects and says nothing makes room for others")
    func dawdlersGo() async throws {
        try await TestServer.run({ $0.maximumUnauthenticatedConnections = 3 }) { server in
            try await script.passes("dawdlers_go", server.port, 3)
            #expect(try await server.journal.has("closed: this login takes too long, and others wait for its place"))
        }
    }

    @Test("A client that floods requests leaves the others of its event loop their share")
    func requestFlood() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { server in
            let flood = try (0..<2).map { _ in try script.start("floods_requests", server.port, 3) }
            for child in flood { try await child.prints("ready") }
            let child = try await server.ssh(key: try await TestServer.makeKey(), [], "exit 3", within: .seconds(5))
            #expect(child.status == 3)
            for child in flood { #expect(try await child.end().status == 0, "\(child.errors)") }
        }
    }

    @Test("A channel that echoes as fast as it can leaves the others of its event loop their share")
    func echoFlood() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { server in
            let key = try await TestServer.makeKey()
            let flood = try ChildProcess.start(
                try server.sshCommand(key: key, [], "cat"), input: .file(URL(filePath: "/dev/zero")),
                output: URL(filePath: "/dev/null"))
            defer { flood.kill() }
            try await Task.sleep(for: .milliseconds(300))
            let child = try await server.ssh(key: key, [], "exit 4", within: .seconds(5))
            #expect(child.status == 4)
            #expect(flood.isRunning)
        }
    }

    @Test("Three thousand broken first flights do not hurt the server")
    func garbage() async throws {
        try await TestServer.run { server in
            async let first: Void = script.passes("garbage", server.port, 1500, 1)
            async let second: Void = script.passes("garbage", server.port, 1500, 2)
            _ = try await (first, second)
            #expect(try await server.allConnectionsEnd())
        }
    }

    @Test("A client that resets its connection, in whatever phase, leaves nothing behind")
    func resets() async throws {
        try await TestServer.run { server in
            try await script.passes("resets", server.port, 40)
            #expect(try await server.allConnectionsEnd())
            let areClosed = try await eventually { server.journal.entries.count { $0.hasPrefix("closed") } == 40 }
            #expect(areClosed, "\(server.journal.entries)")
            #expect(server.journal.entries.count { $0 == "flood ended" } == 10)
        }
    }

    @Test("Half-closed and idle connections cost no CPU")
    func halfClosed() async throws {
        try await TestServer.run { server in
            let child = try script.start("sleepers_half_closed", server.port)
            defer { child.kill() }
            try await child.prints("ready")
            // One spinning loop would take the whole of every second; other tests may take some of a few.
            let isQuiet = try await eventually {
                let before = cpuTime()
                try await Task.sleep(for: .seconds(1))
                return cpuTime() - before < .milliseconds(600)
            }
            #expect(isQuiet)
        }
    }

    @Test("Three hundred clients that connect at the same moment are all greeted")
    func allAtOnce() async throws {
        try await TestServer.run { server in
            try await script.passes("all_at_once", server.port, 300)
            #expect(try await server.allConnectionsEnd())
        }
    }
}
