import NIOHTTP1
import Testing
import Upstream

@testable import Kubernetes

@Suite("The handshake of a stream to a pod")
struct PodStreamHandshakeTests {
    /// The error of an exec that must not come about.
    private func refusal(
        _ behaviour: FakeExecServer.Behaviour, _ configuration: APIClientConfiguration = .init()
    ) async throws -> APIError {
        try await FakeExecServer.with(behaviour) { port, _ in
            try await APIClient.with(port: port, configuration: configuration) { client in
                let error = await #expect(throws: APIError.self) {
                    try await client.withExec(ExecStreamTests.request()) { _ in Issue.record("the body ran") }
                }
                return try #require(error)
            }
        }
    }

    private func behaviour(_ refusal: FakeExecServer.Refusal) -> FakeExecServer.Behaviour {
        var behaviour = FakeExecServer.Behaviour()
        behaviour.refusal = refusal
        return behaviour
    }

    @Test("tells a refused subprotocol from a missing permission, both of which are a 403")
    func forbidden() async throws {
        var old = FakeExecServer.Behaviour()
        old.subprotocols = ["channel.k8s.io"]
        let subprotocol = try await refusal(old)
        #expect(subprotocol.code == .subprotocolRefused)
        #expect(!subprotocol.isForbidden)
        #expect(!subprotocol.isRetryable)

        let words = #"pods "edu01" is forbidden: User "x" cannot create resource "pods/exec""#
        let json =
            #"{"kind":"Status","status":"Failure","reason":"Forbidden","code":403,"message":"pods \"edu01\" is forbidden: User \"x\" cannot create resource \"pods/exec\""}"#
        let permission = try await refusal(behaviour(.init(status: .forbidden, body: json)))
        #expect(permission.isForbidden)
        #expect(permission.message == words)
        #expect(permission.description == "exec lab/edu01: \(words) (HTTP 403)")
    }

    @Test("does not go on without a subprotocol")
    func noSubprotocol() async throws {
        var behaviour = FakeExecServer.Behaviour()
        behaviour.omitsSubprotocol = true
        let error = try await refusal(behaviour)
        #expect(error.code == .subprotocolRefused)
        #expect(error.message.contains("no subprotocol"))
    }

    @Test("passes on what the API server says, and when to come back")
    func otherRefusals() async throws {
        let notFound = try await refusal(
            behaviour(
                .init(
                    status: .notFound,
                    body: #"{"kind":"Status","reason":"NotFound","message":"pods \"edu01\" not found","code":404}"#)))
        #expect(notFound.isNotFound)
        #expect(notFound.message == #"pods "edu01" not found"#)
        let busy = try await refusal(
            behaviour(.init(status: .tooManyRequests, headers: ["Retry-After": "3"], body: "slow down\n")))
        #expect(busy.isRetryable)
        #expect(busy.retryAfter == .seconds(3))
        #expect(busy.message == "slow down")
        let html = try await refusal(behaviour(.init(status: .badGateway, body: "<html>nginx</html>")))
        #expect(html.message == "Bad Gateway")
        #expect(html.isRetryable)
    }

    @Test("reads only so much of a refusal")
    func longRefusal() async throws {
        let long = String(repeating: "x", count: 1 << 20)
        var configuration = APIClientConfiguration()
        configuration.podStreams.bounds.maximumRefusalBytes = 1000
        let error = try await refusal(behaviour(.init(status: .internalServerError, body: long)), configuration)
        #expect(error.code == .http(500))
        #expect(error.message.count <= 300)
    }

    @Test("does not wait for ever")
    func timeout() async throws {
        var silent = FakeExecServer.Behaviour()
        silent.ignoresRequests = true
        var configuration = APIClientConfiguration()
        configuration.podStreams.bounds.handshakeTimeout = .milliseconds(100)
        let error = try await refusal(silent, configuration)
        #expect(error.code == .timeout)
        #expect(error.isRetryable)
    }

    @Test("ends when the task is cancelled")
    func cancellation() async throws {
        var silent = FakeExecServer.Behaviour()
        silent.ignoresRequests = true
        try await FakeExecServer.with(silent) { port, record in
            try await APIClient.with(port: port) { client in
                await withTaskGroup(of: APIError.Code?.self) { group in
                    group.addTask {
                        do {
                            try await client.withExec(ExecStreamTests.request()) { _ in }
                            return nil
                        } catch { return (error as? APIError)?.code }
                    }
                    _ = try? await eventually { !record.heads.isEmpty }
                    group.cancelAll()
                    #expect(await group.next() == .some(.cancelled))
                }
            }
        }
    }

    @Test("says so when nobody listens")
    func nobody() async throws {
        let port = try await FakeExecServer.with(.init()) { port, _ in port }
        try await APIClient.with(port: port) { client in
            let error = await #expect(throws: APIError.self) {
                try await client.withExec(ExecStreamTests.request()) { _ in }
            }
            #expect(error?.code == .transport)
            #expect(error?.message.contains("Connection refused") == true)
        }
    }
}
