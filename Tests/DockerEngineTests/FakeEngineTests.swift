import TestSupport
import Testing

@testable import DockerEngine

/// What the real engine at hand does not do, as Docker's own documentation and sources have it.
@Suite("A client of an engine", .timeLimit(.minutes(5)))
struct FakeEngineTests {
    /// An engine that takes an exec, hijacks its connection with this answer, and tells this of its end.
    private func withExec(
        start: FakeEngine.Answer, inspection: FakeEngine.Answer, _ body: (EngineExecStream) async throws -> Void
    ) async throws {
        var configuration = EngineConfiguration()
        configuration.exec.exitTimeout = .milliseconds(100)
        try await FakeEngine.with { line in
            if line.hasPrefix("GET /_ping") { return FakeEngine.ping }
            if line.hasPrefix("POST /v1.41/containers/c/exec") { return .http("201 Created", #"{"Id":"e1"}"#) }
            return line.hasPrefix("POST /v1.41/exec/e1/start") ? start : inspection
        } _: { path, _ in
            try await EngineClient.with(socketPath: path, configuration: configuration) { client in
                try await client.withExec(EngineExec(container: "c", command: ["x"], tty: false), body)
            }
        }
    }

    private func hijack(_ head: String, _ frames: [UInt8]) -> FakeEngine.Answer {
        let type = "Content-Type: application/vnd.docker.raw-stream"
        return .init(bytes: "HTTP/1.1 \(head)\r\n\(type)\r\n\r\n" + String(decoding: frames, as: UTF8.self), closes: true)
    }

    @Test("takes 101 and 200 for an exec's start alike, with output right behind the head")
    func heads() async throws {
        for head in ["101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp", "200 OK"] {
            let start = hijack(head, HijackedFrameDecoderTests.frame(1, "out") + HijackedFrameDecoderTests.frame(2, "err"))
            try await withExec(start: start, inspection: .http("200 OK", #"{"Running":false,"ExitCode":7}"#)) { stream in
                let output = await stream.collect()
                #expect(output.stdout == Array("out".utf8))
                #expect(output.stderr == Array("err".utf8))
                #expect(stream.result == .exited(code: 7))
            }
        }
    }

    @Test("passes an engine's refusal to start an exec on")
    func refusal() async throws {
        let error = await #expect(throws: EngineError.self) {
            let start = FakeEngine.Answer.http("409 Conflict", #"{"message":"Container c is paused"}"#)
            try await withExec(start: start, inspection: start) { _ in }
        }
        #expect(error?.isWrongState == true)
        #expect(error?.description == "exec in container c: Container c is paused (HTTP 409)")
    }

    @Test("never takes an end that it does not understand for success")
    func ends() async throws {
        let whole = hijack("101 UPGRADED", HijackedFrameDecoderTests.frame(1, "out"))
        let success = FakeEngine.Answer.http("200 OK", #"{"Running":false,"ExitCode":0}"#)
        let cut = hijack("101 UPGRADED", HijackedFrameDecoderTests.frame(1, "out").dropLast())
        let words = hijack("101 UPGRADED", HijackedFrameDecoderTests.frame(3, "no space left"))
        let cases: [(FakeEngine.Answer, FakeEngine.Answer, String)] = [
            (cut, success, "in the middle of a frame"),
            (words, success, "no space left"),
            (whole, .http("200 OK", #"{"Running":true,"ExitCode":null}"#), "it still runs"),
            (whole, .http("200 OK", #"{"Running":false,"ExitCode":null}"#), "does not know the program's exit code"),
            (whole, .http("200 OK", #"{"Running":false,"ExitCode":-1}"#), "does not know the program's exit code"),
            (whole, .http("404 Not Found", #"{"message":"No such exec instance"}"#), "No such exec instance"),
            (whole, .http("500 Oops", #"{"message":"database is locked"}"#), "database is locked"),
            (whole, .init(bytes: "", closes: true), "the engine has gone"),
        ]
        for (start, inspection, expected) in cases {
            try await withExec(start: start, inspection: inspection) { stream in
                _ = await stream.collect()
                switch stream.result {
                case .exited(let code): Issue.record("exit code \(code) instead of: \(expected)")
                case .failed(let error): #expect(error.message.contains(expected))
                case .lost(let text): #expect(text.contains(expected))
                }
            }
        }
    }

    @Test("speaks the version of the API that is agreed on, and asks for it once")
    func negotiation() async throws {
        try await FakeEngine.with { line in
            line.hasPrefix("GET /version")
                ? .http("200 OK", #"{"Version":"29.0.0","ApiVersion":"1.52","MinAPIVersion":"1.44"}"#) : .http("200 OK", "[]")
        } _: { path, engine in
            try await EngineClient.with(socketPath: path) { client in
                for _ in 0..<2 {
                    let containers = try await client.containers(labels: ["a": "b"])
                    #expect(containers.isEmpty)
                }
            }
            #expect(
                engine.requests == [
                    "GET /_ping HTTP/1.1", "GET /version HTTP/1.1",
                    "GET /v1.44/containers/json?all=true&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D HTTP/1.1",
                    "GET /v1.44/containers/json?all=true&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D HTTP/1.1",
                ])
        }
    }

    @Test("names the tag latest where a pull names none, as Docker else gets all of them")
    func pull() async throws {
        try await FakeEngine.with { line in
            line.hasPrefix("GET /_ping") ? FakeEngine.ping : .http("200 OK", #"{"status":"Pulling"}"#)
        } _: { path, engine in
            try await EngineClient.with(socketPath: path) { client in
                for name in ["localhost:5000/gcc", "gcc:13", "a/gcc@sha256:00"] { try await client.pullImage(named: name) }
            }
            let names = engine.requests.dropFirst().map { $0.split(separator: "fromImage=").last ?? "" }
            #expect(
                names == ["localhost%3A5000%2Fgcc%3Alatest HTTP/1.1", "gcc%3A13 HTTP/1.1", "a%2Fgcc%40sha256%3A00 HTTP/1.1"])
        }
    }
}
