import Foundation
import Logging
import NIOHTTP1

@testable import Kubernetes

/// The real cluster of the tests.
enum TestCluster {
    static let kubeconfig = ProcessInfo.processInfo.environment["LABGATE_TEST_KUBECONFIG"]
    static let image = ProcessInfo.processInfo.environment["LABGATE_TEST_IMAGE"] ?? "localhost:5000/edu_gcc:latest"
    static let logger = Logger(label: "test")

    /// A client of the cluster.
    static func withClient<Value>(_ body: (APIClient) async throws -> Value) async throws -> Value {
        try await APIClient.with(ClusterCredentials.load(kubeconfig: kubeconfig), body)
    }

    /// A client and a namespace that is deleted afterwards.
    static func withNamespace<Value>(_ body: (APIClient, String) async throws -> Value) async throws -> Value {
        try await withClient { client in
            let name = "labgate-test-\(UInt32.random(in: 0 ... .max))"
            let manifest: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
            let _: JSONValue = try await client.send(
                .POST, "/api/v1/namespaces", body: manifest, operation: "create namespaces")
            func delete() async {
                let _: JSONValue? = try? await client.send(
                    .DELETE, "/api/v1/namespaces/\(name)", operation: "delete namespaces")
            }
            do {
                let value = try await body(client, name)
                await delete()
                return value
            } catch {
                await delete()
                throw error
            }
        }
    }

    /// A running pod in a namespace of its own.
    static func withPod<Value>(_ body: (APIClient, Pod) async throws -> Value) async throws -> Value {
        try await withNamespace { client, namespace in
            _ = try await client.createPod(pod("one"), namespace: namespace)
            var ready: Pod?
            _ = try await eventually(within: .seconds(60)) {
                let pod = try await client.pod(named: "one", namespace: namespace)
                if pod.isReady { ready = pod }
                return pod.isReady
            }
            guard let ready else { throw APIError(code: .timeout, operation: "start pod", message: "not ready") }
            return try await body(client, ready)
        }
    }

    /// A pod that sleeps.
    static func pod(_ name: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string(name), "labels": ["app": "test"]],
            "spec": [
                "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": false,
                "containers": [
                    ["name": "main", "image": .string(image), "command": ["sleep", "3600"]]
                ],
            ],
        ]
    }
}
