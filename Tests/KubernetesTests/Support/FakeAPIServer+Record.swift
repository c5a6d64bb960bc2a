import NIOHTTP1
import Synchronization
import Testing

@testable import Kubernetes

extension FakeAPIServer {
    /// Runs one request against a server that records it and answers so.
    static func record<Value: Sendable>(
        _ status: HTTPResponseStatus, headers: HTTPHeaders = [:], _ answer: String,
        _ body: (APIClient) async throws -> Value
    ) async throws -> (request: Request, value: Value) {
        let box = Box()
        let value = try await with { request, responder in
            box.set(request)
            try await responder.answer(status, headers: headers, answer)
        } _: { port in
            try await APIClient.with(port: port, body)
        }
        return (try #require(box.request), value)
    }

    /// Runs one request against a server that records it and answers so, with success.
    static func record<Value: Sendable>(
        _ answer: String, _ body: (APIClient) async throws -> Value
    ) async throws -> (request: Request, value: Value) {
        try await record(.ok, answer, body)
    }

    private final class Box: Sendable {
        private let seen = Mutex<Request?>(nil)
        var request: Request? { seen.withLock { $0 } }
        func set(_ request: Request) { seen.withLock { $0 = request } }
    }
}
