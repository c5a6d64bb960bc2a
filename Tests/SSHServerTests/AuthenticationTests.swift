import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("User authentication (RFC 4252)", .serialized)
struct AuthenticationTests {
    let script = Script(file: "authentication")

    @Test(
        "A key of every good kind logs in, offered and proven as the same key",
        arguments: [
            ("ed25519", nil, "ssh-ed25519"), ("ecdsa", 256, "ecdsa-sha2-nistp256"), ("ecdsa", 384, "ecdsa-sha2-nistp384"),
            ("ecdsa", 521, "ecdsa-sha2-nistp521"), ("rsa", 2048, "ssh-rsa"),
        ] as [(String, Int?, String)])
    func publicKey(type: String, bits: Int?, name: String) async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey(type, bits: bits)
            let child = try await server.ssh(key: key, [], "exit 42")
            #expect(child.status == 42, "\(child.errors)")
            let line = try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
            let base64 = line.split(whereSeparator: \.isWhitespace)[1]
            #expect(server.journal.entries.contains("offer \(name) \(base64)"))
            #expect(server.journal.entries.contains("proof \(name) \(base64)"))
        }
    }

    @Test("A key that is not accepted does not log in")
    func wrongKey() async throws {
        try await TestServer.run { server in
            server.journal.note("only another key")
            let child = try await server.ssh(key: try await TestServer.makeKey(), [], "exit 0")
            #expect(child.status == 255)
            #expect(child.errors.contains("Permission denied (publickey,password)"))
            #expect(!server.journal.entries.contains { $0.hasPrefix("proof") })
        }
    }

    @Test("An RSA signature with SHA-1 is refused, one with SHA-2 is not")
    func rsaWithSHA1() async throws {
        try await TestServer.run { try await script.passes("rsa_with_sha1", $0.port) }
    }

    @Test("A wrong password gets another try, the right one is let in")
    func password() async throws {
        try await TestServer.run { try await script.passes("password", $0.port) }
    }

    @Test("`none` is answered with exactly the configured methods and asks nobody")
    func noneListsMethods() async throws {
        let lists: [(AuthenticationMethods, [String])] = [
            ([.publicKey], ["publickey"]), ([.password], ["password"]),
            ([.publicKey, .password], ["publickey", "password"]),
        ]
        for (methods, names) in lists {
            try await TestServer.run({ $0.methods = methods }) { server in
                let child = try await ChildProcess.run(
                    try server.sshCommand(["-o", "PreferredAuthentications=none"], "exit 0"))
                #expect(child.errors.contains("Permission denied (\(names.joined(separator: ",")))"))
                #expect(server.journal.entries.allSatisfy { $0.hasPrefix("closed") })
            }
        }
    }

    @Test("A method that is not configured is never granted, and nobody is asked")
    func unconfiguredMethods() async throws {
        try await TestServer.run({ $0.methods = .publicKey }) { server in
            try await script.passes("password_is_refused", server.port)
            #expect(!server.journal.entries.contains { $0.contains("password") })
        }
        try await TestServer.run({ $0.methods = .password }) { server in
            try await script.passes("key_is_refused", server.port)
            #expect(!server.journal.entries.contains { $0.hasPrefix("offer") || $0.hasPrefix("proof") })
        }
    }

    @Test("Thirty clients whose answer never comes hold nobody up")
    func slowAnswers() async throws {
        try await TestServer.run({ $0.eventLoopCount = 1 }) { try await script.passes("pending", $0.port, 30) }
    }

    @Test("Requests sent without waiting for the answers are answered in their order")
    func pipelined() async throws {
        try await TestServer.run { try await script.passes("pipelined", $0.port) }
    }

    @Test("After the last permitted try the connection is closed with the reason")
    func maximumTries() async throws {
        try await TestServer.run({ $0.maximumTries = 3 }) { try await script.passes("too_many_tries", $0.port, 3) }
    }

    @Test("Offered keys are not tries: the twelfth of an agent's keys still logs in")
    func fullAgent() async throws {
        try await TestServer.run({ $0.maximumTries = 2 }) { server in
            let socket = try TemporaryFolder.make().appending(path: "agent").path
            let agent = try ChildProcess.start(["ssh-agent", "-D", "-a", socket])
            defer { agent.kill() }
            let environment = ["SSH_AUTH_SOCK": socket]
            #expect(try await eventually { FileManager.default.fileExists(atPath: socket) })
            var last = URL(filePath: "/")
            for _ in 0..<12 {
                last = try await TestServer.makeKey()
                let added = try await ChildProcess.run(["ssh-add", "-q", last.path], environment: environment)
                try #require(added.status == 0, "ssh-add: \(added.errors)")
            }
            let line = try String(contentsOf: last.appendingPathExtension("pub"), encoding: .utf8)
            server.journal.note("only \(line.split(whereSeparator: \.isWhitespace)[1])")
            let child = try await server.ssh([], "exit 12", environment: environment)
            #expect(child.status == 12, "\(child.errors)")
            #expect(server.journal.entries.count { $0.hasPrefix("offer") } == 12)
        }
    }

    @Test("Whoever does not log in in time is told so")
    func loginGraceTime() async throws {
        try await TestServer.run({ $0.loginGraceTime = .seconds(1) }) { server in
            try await script.passes("waits_for_login", server.port, "nobody has logged in in time", within: .seconds(20))
            #expect(try await server.journal.has("closed: nobody has logged in in time"))
        }
    }

    @Test("The packets of a client that is not authenticated are counted")
    func packetLimit() async throws {
        try await TestServer.run { server in
            try await script.passes("packet_flood", server.port)
            #expect(try await server.journal.has("closed: too many packets before authentication"))
        }
    }

    @Test("Certificates, security keys and unknown keys get a failure, and the next method works")
    func strangeKeys() async throws {
        try await TestServer.run { server in
            let authority = try await TestServer.makeKey()
            let key = try await TestServer.makeKey()
            let signed = try await ChildProcess.run(
                ["ssh-keygen", "-q", "-s", authority.path, "-I", "edu01", "-n", "edu01", "\(key.path).pub"])
            try #require(signed.status == 0, "ssh-keygen: \(signed.errors)")
            try await script.passes("strange_keys", server.port, "\(key.path)-cert.pub")
            #expect(!server.journal.entries.contains { $0.hasPrefix("offer") || $0.hasPrefix("proof") })
            // OpenSSH tries the certificate first, and then the plain key of the same file.
            let child = try await server.ssh(key: key, [], "exit 7")
            #expect(child.status == 7, "\(child.errors)")
        }
    }

    @Test("A wrong signature, which libssh drops in silence, is answered and counted")
    func wrongSignature() async throws {
        try await TestServer.run({ $0.maximumTries = 3 }) { server in
            try await script.passes("wrong_signature", server.port)
            try await script.passes("only_wrong_signatures", server.port, 3)
            try await script.passes("wrong_signature_first", server.port)
            #expect(!server.journal.entries.contains { $0.hasPrefix("proof") })
        }
    }

    @Test("Packets that are no requests are not taken for dropped ones")
    func ignoredPackets() async throws {
        try await TestServer.run({ $0.maximumTries = 1 }) { try await script.passes("ignored_packets", $0.port) }
    }

    @Test("A request for another service than ssh-userauth ends the connection")
    func unknownService() async throws {
        try await TestServer.run { try await script.passes("unknown_service", $0.port) }
    }

    @Test("One more than may be unauthenticated is refused in words; a place that is left is given again")
    func maximumUnauthenticatedConnections() async throws {
        try await TestServer.run({ $0.maximumUnauthenticatedConnections = 3 }) { server in
            try await Script(file: "hazards").passes("refused_at_the_door", server.port, 3)
        }
    }
}
