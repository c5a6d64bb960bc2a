import Foundation
import Kubernetes
import Logging

/// The cluster that the labs run in: who we are there, and where.
struct Cluster {
    let client: APIClient
    let namespace: String

    /// - Throws: `CredentialsError`, naming the file and the key.
    init(_ settings: Settings.Cluster, logger: Logger) throws(CredentialsError) {
        let credentials = try Self.credentials(settings)
        client = try APIClient(credentials: credentials, logger: logger)
        namespace = settings.namespace ?? credentials.namespace
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
        permissions([
            ("pods", "", ["get", "list", "watch", "create", "delete", "patch"]),
            // A WebSocket exec is a GET; from Kubernetes 1.35 it needs `create` as well.
            ("pods", "exec", ["get", "create"]),
            ("persistentvolumeclaims", "", ["get", "create"]),
            ("events", "", ["list"]),
        ])
    }

    /// What forwarding goes by; without it, it needs a program in the labs' image.
    func usefulPermissions() -> [ResourceAttributes] {
        permissions([("pods", "portforward", ["get", "create"])])
    }

    private func permissions(
        _ needs: [(resource: String, subresource: String, verbs: [String])]
    ) -> [ResourceAttributes] {
        needs.flatMap { need in
            need.verbs.map { verb in
                ResourceAttributes(
                    verb: verb, resource: need.resource, subresource: need.subresource, namespace: namespace)
            }
        }
    }
}
