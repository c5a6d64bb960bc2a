import Foundation
import NIOHTTP1
import Synchronization
import Testing

@testable import Kubernetes

@Suite("The API client")
struct APIClientTests {
    private static let podJSON = #"{"metadata":{"name":"one","namespace":"lab","uid":"u1"}}"#

    /// Runs one request against a server that records it and answers so.
    private func request<Value: Sendable>(
        _ status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], _ answer: String = podJSON,
        _ body: (APIClient) async throws -> Value
    ) async throws -> (request: FakeAPIServer.Request, value: Value) {
        try await FakeAPIServer.record(status, headers: headers, answer, body)
    }

    @Test("creates pods with the manifest as it is")
    func create() async throws {
        let (request, pod) = try await request(.created) {
            try await $0.createPod(["metadata": ["name": "one"]], namespace: "lab")
        }
        #expect(request.head.method == .POST)
        #expect(request.path == "/api/v1/namespaces/lab/pods")
        #expect(request.head.headers["Authorization"] == ["Bearer test-token"])
        #expect(request.head.headers["Content-Type"] == ["application/json"])
        #expect(request.body == #"{"metadata":{"name":"one"}}"#)
        #expect(pod.metadata.uid == "u1")
    }

    @Test("deletes with a UID and a version for preconditions, and the grace period asked for")
    func delete() async throws {
        let (request, _) = try await request {
            try await $0.deletePod(
                named: "one", namespace: "lab", uid: "u1", resourceVersion: "7", gracePeriod: .seconds(5))
        }
        #expect(request.head.method == .DELETE)
        #expect(request.path == "/api/v1/namespaces/lab/pods/one")
        let options = try JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8))
        #expect(options["preconditions"] == ["uid": "u1", "resourceVersion": "7"])
        #expect(request.body.contains(#""gracePeriodSeconds":5"#))
    }

    @Test("annotates by merge patch, where null removes")
    func annotate() async throws {
        let (request, _) = try await request {
            try await $0.annotatePod(
                named: "one", namespace: "lab", uid: "u1", resourceVersion: "7", annotations: ["a": nil])
        }
        #expect(request.head.method == .PATCH)
        #expect(request.head.headers["Content-Type"] == ["application/merge-patch+json"])
        #expect(request.body.contains(#""annotations":{"a":null}"#))
        #expect(request.body.contains(#""uid":"u1""#))
        #expect(request.body.contains(#""resourceVersion":"7""#))
    }

    @Test("encodes selectors so that Go reads them back")
    func list() async throws {
        let (request, pods) = try await request(#"{"metadata":{"resourceVersion":"5"},"items":null}"#) {
            try await $0.listPods(namespace: "lab", labelSelector: "a=b,c in (d+e)")
        }
        #expect(request.hasQuery("labelSelector=a%3Db%2Cc%20in%20%28d%2Be%29"))
        #expect(pods.isEmpty)
    }

    private func request<Value: Sendable>(
        _ answer: String, _ body: (APIClient) async throws -> Value
    ) async throws -> (request: FakeAPIServer.Request, value: Value) {
        try await request(.ok, answer, body)
    }

    @Test("follows a list through its pages")
    func pages() async throws {
        try await FakeAPIServer.with { request, responder in
            if request.hasQuery("continue=next%2Fpage") {
                try await responder.answer(#"{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"b"}}]}"#)
            } else {
                try await responder.answer(
                    #"{"metadata":{"resourceVersion":"9","continue":"next/page"},"items":[{"metadata":{"name":"a"}}]}"#)
            }
        } _: { port in
            try await APIClient.with(port: port) { client in
                try await #expect(client.listPods(namespace: "lab").map(\.metadata.name) == ["a", "b"])
            }
        }
    }

    @Test("asks about permissions")
    func review() async throws {
        let (request, review) = try await request(#"{"status":{"allowed":false,"reason":"no role"}}"#) {
            try await $0.selfSubjectAccessReview(
                .init(verb: "get", resource: "pods", subresource: "exec", namespace: "lab"))
        }
        #expect(request.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        #expect(request.body.contains(#""subresource":"exec""#))
        #expect(review == AccessReview(allowed: false, reason: "no role"))
    }

    /// Status code, reason, message, and what the error is to count as.
    private static let refusals: [(Int, String, String, Set<String>)] = [
        (404, "NotFound", "m", ["notFound"]),
        (409, "AlreadyExists", "m", ["alreadyExists"]),
        (409, "Conflict", "the UID in the precondition", ["conflict"]),
        (409, "Conflict", "Operation cannot be fulfilled on resourcequotas \"q\"", ["conflict", "retryable"]),
        (403, "Forbidden", "exceeded quota: q, requested: pods=1", ["exceededQuota"]),
        (403, "Forbidden", "User cannot create", ["forbidden"]),
        (422, "Invalid", "m", []),
        (429, "TooManyRequests", "m", ["retryable"]),
        (500, "InternalError", "m", ["retryable"]),
        (503, "ServiceUnavailable", "m", ["retryable"]),
        (504, "Timeout", "m", ["retryable"]),
    ]

    @Test("classifies refusals by the API server's own words", arguments: refusals)
    func classes(code: Int, reason: String, message: String, classes: Set<String>) async throws {
        let quoted = message.replacing("\"", with: "\\\"")
        let json = #"{"kind":"Status","status":"Failure","reason":"\#(reason)","message":"\#(quoted)","code":\#(code)}"#
        let (_, refusal) = try await request(HTTPResponseStatus(statusCode: code), headers: ["Retry-After": "7"], json) {
            client in
            await #expect(throws: APIError.self) { try await client.pod(named: "one", namespace: "lab") }
        }
        let error = try #require(refusal)
        #expect(error.code == .http(code))
        #expect(error.reason == reason)
        #expect(error.message == message)
        #expect(error.retryAfter == .seconds(7))
        #expect(error.isNotFound == classes.contains("notFound"))
        #expect(error.isAlreadyExists == classes.contains("alreadyExists"))
        #expect(error.isConflict == classes.contains("conflict"))
        #expect(error.isExceededQuota == classes.contains("exceededQuota"))
        #expect(error.isForbidden == classes.contains("forbidden"))
        #expect(error.isRetryable == classes.contains("retryable"))
    }

    @Test("tells answers that can't be read, are too long or don't come")
    func brokenAnswers() async throws {
        let (_, unreadable) = try await request(.ok, "<html>") { client in
            await #expect(throws: APIError.self) { try await client.version() }
        }
        #expect(unreadable?.code == .decoding)
        var configuration = APIClientConfiguration()
        configuration.readTimeout = .milliseconds(100)
        configuration.maximumResponseBytes = 10
        try await FakeAPIServer.with { request, responder in
            if request.path == "/version" { return try await responder.hold() }
            try await responder.answer(String(repeating: " ", count: 11))
        } _: { port in
            try await APIClient.with(port: port, configuration: configuration) { client in
                let silent = await #expect(throws: APIError.self) { try await client.version() }
                #expect(silent?.code == .timeout)
                #expect(silent?.isRetryable == true)
                let long = await #expect(throws: APIError.self) { try await client.pod(named: "a", namespace: "b") }
                #expect(long?.code == .decoding)
            }
        }
    }

    @Test("gets a new token after a 401")
    func unauthorized() async throws {
        let count = Counter()
        let source = TokenSource.cached(
            CachedToken(keepsOldOnFailure: false) { .init(token: "t\(count.next())", validUntil: nil) })
        try await FakeAPIServer.with { request, responder in
            let isFresh = request.head.headers["Authorization"] == ["Bearer t2"]
            try await responder.answer(isFresh ? .ok : .unauthorized, isFresh ? #"{"major":"1","minor":"20"}"# : "{}")
        } _: { port in
            try await APIClient.with(port: port, token: source) { client in
                let refused = await #expect(throws: APIError.self) { try await client.version() }
                #expect(refused?.code == .http(401))
                try await #expect(client.version().minor == 20)
            }
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }
}
