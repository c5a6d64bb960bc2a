import Foundation
import Kubernetes
import Logging

/// The cluster that the labs run in: who we are there, and where.
struct Cluster {
    let client: APIClient
    let namespace: String
    private let readsClassroom: Bool

    /// - Throws: `CredentialsError`, naming the file and the key.
    init(_ settings: Settings.Cluster, logger: Logger) throws(CredentialsError) {
        let credentials = try Self.credentials(settings)
        client = try APIClient(credentials: credentials, logger: logger)
        namespace = settings.namespace ?? credentials.namespace
        readsClassroom = settings.readsClassroom
    }

    /// Connects, and closes the connections after `body`, however that ends.
    static func with<Value>(
        _ settings: Settings.Cluster, logger: Logger, _ body: (Cluster) async throws -> Value
    ) async throws -> Value {
        let cluster = try Cluster(settings, logger: logger)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        try await cluster.client.shutdown()
        return try result.get()
    }

    /// In a pod the service account counts, unless a kubeconfig is named.
    private static func credentials(_ settings: Settings.Cluster) throws(CredentialsError) -> ClusterCredentials {
        let environment = ProcessInfo.processInfo.environment
        let isInPod = environment["KUBERNETES_SERVICE_HOST"] != nil && environment["KUBECONFIG"] == nil
        if isInPod, settings.kubeconfig == nil { return try .inCluster() }
        return try .load(kubeconfig: settings.kubeconfig, context: settings.context)
    }

    /// Everything that labgate has to ask of the API server, for `labgate check`.
    func neededPermissions() -> [ResourceAttributes] {
        permissions("pods", ["get", "list", "watch", "create", "delete", "patch"])
            // A WebSocket exec is a GET; from Kubernetes 1.35 it needs `create` as well.
            + permissions("pods/exec", ["get", "create"])
            + permissions("persistentvolumeclaims", ["get", "create"])
            + permissions("events", ["list"])
            // Ledgers, waiting rooms, and the election of the gateway that ends labs.
            + permissions(
                "leases", group: "coordination.k8s.io", ["get", "list", "watch", "create", "update", "patch", "delete"])
            + (readsClassroom
                ? permissions("courses", group: "labgate.dev", ["get", "list", "watch"])
                    + permissions("students", group: "labgate.dev", ["get", "list", "watch"]) : [])
    }

    /// What forwarding goes by (without it, it needs a program in the labs' image), and what tells kubectl's users.
    func usefulPermissions() -> [ResourceAttributes] {
        permissions("pods/portforward", ["get", "create"]) + permissions("events", ["create"])
            + (readsClassroom
                ? permissions("courses/status", group: "labgate.dev", ["patch"])
                    + permissions("students/status", group: "labgate.dev", ["patch"]) : [])
    }

    private func permissions(_ resource: String, group: String = "", _ verbs: [String]) -> [ResourceAttributes] {
        let parts = resource.split(separator: "/").map(String.init)
        return verbs.map { verb in
            ResourceAttributes(
                verb: verb, resource: parts[0], subresource: parts.count > 1 ? parts[1] : "", group: group,
                namespace: namespace)
        }
    }
}
