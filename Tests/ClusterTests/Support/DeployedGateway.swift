import Foundation
@testable import TestSupport
import Testing

/// The overlay `air-gapped` on the local cluster, under the names it has: what an admin would apply.
struct DeployedGateway {
    let registry: PrivateRegistry
    private let folder: URL

    static let gateways = Namespace(name: "labgate")
    static let labs = Namespace(name: "labs")
    private static let deploy = URL(filePath: #filePath).appending(path: "../../../../deploy").standardized

    /// Runs `body` with what is needed to apply it; whatever was applied goes with `body`.
    static func with(_ registry: PrivateRegistry, _ body: (DeployedGateway) async throws -> Void) async throws {
        // An earlier run's may be about to go.
        let isFree = try await eventually(within: .seconds(90), every: .seconds(1)) {
            let names = try await Cluster.kubectl(["get", "namespaces", "--output=name"]).split(separator: "\n")
            return !names.contains("namespace/labgate") && !names.contains("namespace/labs")
        }
        try #require(isFree, "there is a labgate in this cluster")
        let gateway = DeployedGateway(registry: registry, folder: try TemporaryFolder.make())
        try await run("cluster/api-service", "start")
        do {
            try await body(gateway)
        } catch {
            try? await remove()
            throw error
        }
        try await remove()
    }

    private static func remove() async throws {
        let names = [labs, gateways].map { "namespace/\($0.name)" }
        try await Cluster.kubectl(
            ["delete", "--ignore-not-found", "--wait=false"] + names + ["priorityclass/labgate-gateway"])
        try await run("cluster/api-service", "stop")
    }

    /// Applies an overlay of the class's own with this tag of the gateway's image.
    func apply(tag: String) async throws {
        // Kustomize takes no absolute paths.
        let root = folder.standardized.pathComponents.dropFirst().map { _ in ".." }.joined(separator: "/")
        let manifests = root + Manifests.folder.path
        let text = """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: ["\(manifests)/overlays/air-gapped"]
            components: ["\(manifests)/components/kubernetes-1.20"]
            images:
            - {name: "registry.example.edu:5000/labgate", newName: "\(registry.address)/labgate", newTag: \(tag)}
            """
        try Data(text.utf8).write(to: folder.appending(path: "kustomization.yaml"))
        let program = try #require(await Manifests.kubectl())
        let child = try await ChildProcess.run([program, "kustomize", folder.path])
        try #require(child.status == 0, "\(child.errors)")
        try await Cluster.kubectl(["apply", "--filename=-"], input: child.output)
    }

    /// What is made once: the host keys, and the registry's password in both namespaces. Before all else, for a pull
    /// that is refused is tried again later and later.
    func makeSecrets() async throws {
        for part in ["gateway", "labs"] {
            let manifest = Manifests.folder.appending(path: "\(part)/namespace.yaml").path
            try await Cluster.kubectl(["apply", "--filename", manifest])
        }
        let keys = try await Self.run("kubernetes/host-keys")
        let lines = keys.split(separator: "\n").map { "\(SSH.hostKeyAlias) \($0)\n" }
        try Data(lines.joined().utf8).write(to: knownHosts)
        for namespace in [Self.gateways, Self.labs] {
            try await namespace.kubectl(
                "create", "secret", "docker-registry", "registry", "--docker-server=\(registry.address)",
                "--docker-username=labgate", "--docker-password=\(registry.password)")
        }
    }

    /// Waits until the gateways of the newest tag have taken over.
    func isRolledOut() async throws {
        var status = ""
        let isRolledOut = try await eventually(within: .seconds(150), every: .seconds(1)) {
            status = try await Self.gateways.kubectl("rollout", "status", "deployment/labgate", "--watch=false")
            return status.contains("successfully rolled out")
        }
        try #require(isRolledOut, "\(status)")
    }

    /// The gateways' pods, those included that are about to end.
    func pods() async throws -> [JSON] {
        let text = try await Self.gateways.kubectl("get", "pods", "--output=json")
        return try JSON(parsing: text)["items"].array
    }

    // MARK: Clients

    private var knownHosts: URL { folder.appending(path: "known_hosts") }

    /// A client that reaches any gateway that is ready, as the Service of a cluster with kube-proxy would have it.
    func ssh(_ student: String, key: URL) throws -> SSH {
        let script = folder.appending(path: "service")
        let text = """
            address=$(kubectl --kubeconfig '\(Cluster.kubeconfig ?? "")' get endpoints labgate --namespace labgate \\
                --output 'jsonpath={range .subsets[*].addresses[*]}{.ip}{"\\n"}{end}' | shuf -n 1)
            exec socat - "TCP:$address:2222"

            """
        try Data(text.utf8).write(to: script)
        return SSH(port: 22, user: student, knownHosts: knownHosts, credential: .key(key))
            .with("-o", "ProxyCommand=bash \(script.path)")
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: String...) async throws -> String {
        let child = try await ChildProcess.run(
            [deploy.appending(path: program).path] + arguments, environment: ["KUBECONFIG": Cluster.kubeconfig ?? ""])
        try #require(child.status == 0, "\(program): \(child.errors)")
        return child.output
    }
}
