import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Draining", .serialized)
struct DrainTests {
    let script = Script(file: "channels")

    @Test("Draining turns new clients away, closes idle ones, and the rest when its time is over")
    func drainToTheLimit() async throws {
        try await TestServer.run { server in
            let child = try script.start("told_to_go", server.port, "going down")
            try await child.prints("ready")
            let client = try ChildProcess.start(
                try server.sshCommand(key: try await TestServer.makeKey(), [], "hang"))
            #expect(try await server.journal.has("hang started"))
            let drain = Task { await server.server.drain(limit: .seconds(4), message: "labgate is going down") }
            try await child.prints("alive")
            #expect(try await child.end().status == 0, "\(child.errors)")
            await drain.value
            let last = try await client.end()
            #expect(last.status == 255)
            #expect(last.errors.contains("labgate is going down"), "\(last.errors)")
            #expect(try await server.allConnectionsEnd())
        }
    }

    @Test("A connection of a draining server ends with its last channel, and the drain with its last connection")
    func drainEarly() async throws {
        try await TestServer.run { server in
            let child = try script.start("ends_with_its_last_channel", server.port, "going down")
            try await child.prints("ready")
            let start = ContinuousClock.now
            await server.server.drain(limit: .seconds(60), message: "labgate is going down")
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(try await child.end().status == 0, "\(child.errors)")
        }
    }

    @Test("A server that was drained, or never run, can be drained again")
    func drainTwice() async throws {
        try await TestServer.run { server in
            await server.server.drain(limit: .zero, message: "")
            await server.server.drain(limit: .zero, message: "")
        }
    }
}
