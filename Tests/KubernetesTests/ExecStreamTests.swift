import Foundation
import NIOCore
import NIOHTTP1
import Testing
import Upstream

@testable import Kubernetes

@Suite("An exec stream")
struct ExecStreamTests {
    typealias Behaviour = FakeExecServer.Behaviour

    static func request(tty: Bool = false, _ command: [String] = ["sh"]) -> ExecRequest {
        ExecRequest(namespace: "lab", pod: "edu01", container: "main", command: command, tty: tty)
    }

    /// Runs a command on the fake server.
    static func withExec<Value>(
        _ behaviour: Behaviour, tty: Bool = false, configuration: (inout PodStreamConfiguration) -> Void = { _ in },
        _ body: (ExecStream, FakeExecServer.Record) async throws -> Value
    ) async throws -> Value {
        var bounds = APIClientConfiguration()
        configuration(&bounds.podStreams)
        return try await FakeExecServer.with(behaviour) { port, record in
            try await APIClient.with(port: port, configuration: bounds) { client in
                try await client.withExec(request(tty: tty)) { try await body($0, record) }
            }
        }
    }

    @Test("asks as the API wants it: one offer, every argument as it is, the token")
    func handshake() async throws {
        let command = ["sh", "-c", "echo \"$1\" + ü&x=1 %20", "", "a b"]
        try await FakeExecServer.with(
            Behaviour {
                try await $0.stdout($0.arguments.joined(separator: "|")); try await $0.exit(0)
            }
        ) { port, record in
            try await APIClient.with(port: port) { client in
                try await client.withExec(Self.request(command)) { stream in
                    #expect(stream.supportsHalfClose)
                    #expect(await stream.collect().stdout == Array(command.joined(separator: "|").utf8))
                    #expect(stream.result == .exited(code: 0))
                }
            }
            let head = try #require(record.heads.first)
            #expect(head.headers["Sec-WebSocket-Protocol"] == ["v5.channel.k8s.io, v4.channel.k8s.io"])
            #expect(head.headers["Authorization"] == ["Bearer test-token"])
            #expect(head.headers["Host"] == ["127.0.0.1:\(port)"])
            #expect(
                head.uri.hasPrefix(
                    "/api/v1/namespaces/lab/pods/edu01/exec?container=main&stdin=true&stdout=true&stderr=true&tty=false&command=sh"
                ))
        }
    }

    @Test(
        "ends when the server's host is gone, although nobody has read its input",
        .enabled(if: Blackout.isPossible, "needs root and iptables"))
    func hostGone() async throws {
        let silent = Behaviour { _ in try await Task.sleep(for: .seconds(600)) }
        try await FakeExecServer.with(silent) { port, _ in
            var configuration = APIClientConfiguration()
            configuration.podStreams.pingInterval = .milliseconds(100)
            configuration.podStreams.acknowledgementLimit = .seconds(6)
            try await APIClient.with(port: port, configuration: configuration) { client in
                try await client.withExec(Self.request()) { stream in
                    try await stream.write([65])
                    // A server that only does not read is waited for.
                    try await Task.sleep(for: .seconds(8))
                    guard case .lost("the exec stream has not ended") = stream.result else {
                        throw Unexpected("\(stream.result)")
                    }
                    try await Blackout.of(port: port) {
                        try await stream.write([66])
                        _ = await stream.collect()
                    }
                    #expect(stream.result == .lost("the API server's host has acknowledged nothing for 6.0 seconds"))
                }
            }
        }
    }

    @Test("does not ask for stderr with a terminal")
    func terminalRequest() async throws {
        try await Self.withExec(Behaviour(), tty: true) { stream, record in
            _ = await stream.collect()
            #expect(record.heads.first?.uri.contains("stderr=false&tty=true") == true)
        }
    }

    @Test("reports exit codes and delivers all output before", arguments: [0, 1, 42, 127, 137, 255], ["v5", "v4"])
    func exitCodes(code: Int, version: String) async throws {
        var behaviour = Behaviour {
            for number in 0..<100 { try await $0.stdout("\(number)\n") }
            try await $0.stderr("err")
            try await $0.exit(code)
        }
        behaviour.subprotocols = ["\(version).channel.k8s.io"]
        try await Self.withExec(behaviour) { stream, _ in
            #expect(stream.supportsHalfClose == (version == "v5"))
            guard case .lost = stream.result else { throw Unexpected("\(stream.result)") }
            let output = await stream.collect()
            #expect(output.stdout == Array((0..<100).map { "\($0)\n" }.joined().utf8))
            #expect(output.stderr == Array("err".utf8))
            #expect(stream.result == .exited(code: code))
            #expect(await stream.nextOutput() == nil)
            await #expect(throws: StreamInputError.closed) { try await stream.write([1]) }
        }
    }

    @Test("reports a failure that is no exit code with the server's words")
    func failure() async throws {
        let behaviour = Behaviour {
            try await $0.status(#"{"status":"Failure","reason":"InternalError","message":"no such file","code":500}"#)
        }
        try await Self.withExec(behaviour) { stream, _ in
            _ = await stream.collect()
            guard case .failed(let status) = stream.result else { throw Unexpected("\(stream.result)") }
            #expect(status.message == "no such file")
        }
    }

    @Test("is never a success when the connection is cut after any message", arguments: ["v5", "v4"], [0, 42])
    func cuts(version: String, code: Int) async throws {
        // 3 empty ones, 4 of output, the status, the close frame.
        let messagesBeforeStatus = 7
        for cut in 0...messagesBeforeStatus + 2 {
            var behaviour = Behaviour {
                try await $0.stdout("a")
                try await $0.stderr("b")
                try await $0.fragmented(channel: 1, Array("cd".utf8), pieceBytes: 2)
                try await $0.exit(code)
            }
            behaviour.subprotocols = ["\(version).channel.k8s.io"]
            behaviour.cutAfterMessages = cut
            try await Self.withExec(behaviour) { stream, _ in
                let output = await stream.collect()
                if cut <= messagesBeforeStatus {
                    guard case .lost = stream.result else { throw Unexpected("cut \(cut): \(stream.result)") }
                } else {
                    #expect(stream.result == .exited(code: code), "cut \(cut)")
                    #expect(output.stdout == Array("acd".utf8))
                }
            }
        }
    }

    @Test("reassembles what was split on the way")
    func fragments() async throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let behaviour = Behaviour {
            try await $0.fragmented(channel: 1, bytes, pieceBytes: 999)
            try await $0.exit(0)
        }
        try await Self.withExec(behaviour) { stream, _ in
            #expect(await stream.collect().stdout == bytes)
            #expect(stream.result == .exited(code: 0))
        }
    }

    @Test("ends stdin on v5 while output goes on")
    func halfClose() async throws {
        let behaviour = Behaviour {
            let lines = String(decoding: await $0.readAll(), as: UTF8.self).split(separator: "\n").sorted()
            try await $0.stdout(lines.joined(separator: "\n"))
            try await $0.exit(3)
        }
        try await Self.withExec(behaviour) { stream, record in
            try await stream.write(Array("b\na\n".utf8))
            try await stream.closeStdin()
            #expect(await stream.collect().stdout == Array("a\nb".utf8))
            #expect(stream.result == .exited(code: 3))
            #expect(record.messages.contains([255, 0]))
            await #expect(throws: StreamInputError.closed) { try await stream.write([1]) }
        }
    }

    @Test("can't end stdin on v4, and says so")
    func noHalfClose() async throws {
        var behaviour = Behaviour()
        behaviour.subprotocols = ["v4.channel.k8s.io"]
        try await Self.withExec(behaviour) { stream, record in
            await #expect(throws: StreamInputError.self) { try await stream.closeStdin() }
            _ = await stream.collect()
            #expect(!record.messages.contains([255, 0]))
        }
    }

    @Test("sends sizes to a terminal, and nothing on that channel without one")
    func resize() async throws {
        let terminal = Behaviour {
            for await size in $0.sizes {
                try await $0.stdout(size)
                if size.contains("65535") { break }
            }
            try await $0.exit(0)
        }
        try await Self.withExec(terminal, tty: true) { stream, _ in
            stream.resize(columns: 80, rows: 24)
            guard case .stdout(let first)? = await stream.nextOutput() else { throw Unexpected("no size") }
            #expect(first == Array("{\"Width\":80,\"Height\":24}\n".utf8))
            stream.resize(columns: -1, rows: 100_000)
            #expect(await stream.collect().stdout == Array("{\"Width\":1,\"Height\":65535}\n".utf8))
            #expect(stream.result == .exited(code: 0))
        }
        // Here a second size would block the server for good.
        let plain = Behaviour {
            try await $0.stdout(await $0.stdin.read() ?? [])
            try await $0.exit(0)
        }
        try await Self.withExec(plain) { stream, _ in
            for _ in 0..<3 { stream.resize(columns: 80, rows: 24) }
            try await stream.write([65])
            #expect(await stream.collect().stdout == [65])
        }
    }

    @Test("splits input into single masked frames of at most 32 KiB")
    func frames() async throws {
        let bytes = (0..<200_001).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let behaviour = Behaviour {
            var count = 0
            while count < bytes.count, let piece = await $0.stdin.read() {
                count += piece.count
                try await $0.stdout(piece)
            }
            try await $0.exit(0)
        }
        try await Self.withExec(behaviour) { stream, record in
            try await stream.write(bytes)
            #expect(await stream.collect().stdout == bytes)
            #expect(!record.hasUnfitFrame)
        }
    }

    struct Unexpected: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

extension FakeExecServer.Behaviour {
    /// A server that runs this command.
    init(_ command: @escaping @Sendable (FakeCommand) async throws -> Void) {
        self.init()
        self.command = command
    }
}
