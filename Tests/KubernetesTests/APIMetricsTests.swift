import CoreMetrics
import MetricsTestKit
import NIOHTTP1
import Testing

@testable import Kubernetes

@Suite("Metrics of the API client")
struct APIMetricsTests {
    let metrics = TestMetrics()

    /// Asks a server that answers so.
    private func ask(_ status: HTTPResponseStatus, _ body: (APIClient) async throws -> Void) async throws {
        _ = try await withMetricsFactory(metrics) {
            try await FakeAPIServer.record(status, "{\"metadata\":{\"name\":\"one\"}}") { client in
                try? await body(client)
            }
        }
    }

    private func count(_ verb: String, _ resource: String, _ code: String) throws -> Int64 {
        let labels = [("verb", verb), ("resource", resource), ("code", code)]
        return try metrics.expectCounter(APIMetric.requests.rawValue, labels).totalValue
    }

    @Test("A request is counted by verb, resource and status, and timed")
    func good() async throws {
        try await ask(.ok) { _ = try await $0.pod(named: "one", namespace: "lab") }
        #expect(try count("get", "pods", "200") == 1)
        let timer = try metrics.expectTimer(
            APIMetric.requestSeconds.rawValue, [("verb", "get"), ("resource", "pods")])
        #expect(timer.values.count == 1)
    }

    @Test("A refused request is counted with the status that refused it")
    func refused() async throws {
        try await ask(.conflict) { _ = try await $0.createPod(["metadata": ["name": "one"]], namespace: "lab") }
        #expect(try count("create", "pods", "409") == 1)
    }

    @Test("A request without an answer is counted with the reason")
    func unanswered() async throws {
        try await withMetricsFactory(metrics) {
            // Nobody listens on the port of "discard" (RFC 863) on a machine of today.
            var configuration = APIClientConfiguration()
            configuration.connectTimeout = .milliseconds(300)
            try await APIClient.with(port: 9, configuration: configuration) { client in
                _ = await #expect(throws: APIError.self) { try await client.version() }
            }
        }
        #expect(try count("get", "/version", "transport") == 1)
    }

    @Test(
        "Names of objects are no part of what is counted",
        arguments: [
            ("get pods lab/edu01", "get", "pods"), ("patch students.labgate.dev/status lab/edu01", "patch", "students.labgate.dev/status"),
            ("list leases.coordination.k8s.io lab", "list", "leases.coordination.k8s.io"), ("get /version", "get", "/version"),
            ("exec lab/edu01", "exec", "pods"), ("port-forward lab/edu01 80", "port-forward", "pods"),
            ("create selfsubjectaccessreviews", "create", "selfsubjectaccessreviews"),
        ])
    func words(_ operation: String, _ verb: String, _ resource: String) {
        let words = APIMetrics.words(operation)
        #expect(words == (verb, resource))
    }
}
