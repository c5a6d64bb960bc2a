import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Forwarded connections (RFC 4254 §7)", .serialized)
struct ForwardingTests {
    let script = Script(file: "forwarding")

    @Test("Bytes go both ways, and the end is EOF and CLOSE")
    func echo() async throws {
        try await TestServer.run { try await script.passes("echo", $0.port) }
    }

    @Test("A channel is confirmed once the far side is connected, not before")
    func confirmedWhenConnected() async throws {
        try await TestServer.run { try await script.passes("confirmed_when_connected", $0.port) }
    }

    @Test("A refusal comes with its reason, which ssh -v shows")
    func refusedWithTheReason() async throws {
        try await TestServer.run { server in
            try await script.passes("refused_with_the_reason", server.port)
            let key = try await TestServer.makeKey()
            let child = try await server.ssh(key: key, ["-v", "-W", "localhost:1"])
            #expect(child.status == 255)
            #expect(child.errors.contains("Remote: labgate: nothing listens on port 1"), "\(child.errors)")
        }
    }

    @Test("A stalled connection stalls no other")
    func stalled() async throws {
        try await TestServer.run { try await script.passes("a_stalled_one_stalls_no_other", $0.port) }
    }

    @Test("More than permitted are refused; they are counted apart from session channels")
    func tooMany() async throws {
        try await TestServer.run({ $0.maximumForwardedChannels = 5 }) {
            try await script.passes("too_many", $0.port, 5)
        }
    }

    @Test("When the client goes, whoever connects for it or serves it is told")
    func gone() async throws {
        try await TestServer.run { server in
            try await script.passes("gone_while_connecting", server.port)
            #expect(try await server.journal.has("nobody waits any more"))
            #expect(try await server.journal.has("forwarding to localhost:3 ended"))
            try await script.passes("gone_while_open", server.port)
            for port in [7, 9, 19] {
                #expect(try await server.journal.has("forwarding to localhost:\(port) ended"))
            }
            #expect(try await server.allConnectionsEnd())
        }
    }
}
