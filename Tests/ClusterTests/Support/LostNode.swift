import Foundation
@testable import TestSupport
import Testing

/// A node that no kubelet serves, as far as the API server is concerned: what is bound to it neither runs nor ends.
struct LostNode {
    let name: String
    private let namespace: Namespace

    /// Runs `body` with a node on which nothing is scheduled by itself.
    static func with(_ namespace: Namespace, _ body: (LostNode) async throws -> Void) async throws {
        let node = LostNode(name: "\(namespace.name)-lost", namespace: namespace)
        let manifest = """
            apiVersion: v1
            kind: Node
            metadata: {name: \(node.name)}
            spec: {unschedulable: true, taints: [{key: labgate.dev/test, effect: NoSchedule}]}
            """
        try await Cluster.kubectl(["create", "--filename=-"], input: manifest)
        do {
            try await body(node)
        } catch {
            try await Cluster.kubectl(["delete", "node", node.name, "--wait=false"])
            throw error
        }
        try await Cluster.kubectl(["delete", "node", node.name, "--wait=false"])
    }

    /// Moves a student's lab to this node, which has just been lost.
    ///
    /// - Returns: the pod's name.
    func take(podOf student: String, course: String) async throws -> String {
        let name = try #require(await namespace.pod(of: student, course: course)?["metadata"]["name"].string)
        var pod = try await json(pod: name)
        try await namespace.kubectl("delete", "pod", name)
        let metadata = pod["metadata"] as? [String: Any] ?? [:]
        pod["metadata"] = metadata.filter { ["name", "namespace", "labels", "annotations"].contains($0.key) }
        var spec = pod["spec"] as? [String: Any] ?? [:]
        spec["nodeName"] = self.name
        pod["spec"] = spec
        pod["status"] = nil
        try await namespace.kubectl("create", "--filename=-", input: Self.text(pod))

        var created = try await json(pod: name)
        // Others may write to the pod meanwhile.
        var present = created["metadata"] as? [String: Any] ?? [:]
        present["resourceVersion"] = nil
        created["metadata"] = present
        created["status"] = [
            "phase": "Running",
            "conditions": [
                ["type": "PodScheduled", "status": "True"],
                ["type": "Ready", "status": "False", "reason": "NodeNotReady"],
            ],
            "containerStatuses": [
                [
                    "name": "lab", "image": Site.image, "imageID": "", "ready": true, "restartCount": 0,
                    "state": ["running": [String: String]()],
                ] as [String: Any]
            ],
        ]
        let path = "/api/v1/namespaces/\(namespace.name)/pods/\(name)/status"
        try await namespace.kubectl("replace", "--raw", path, "--filename=-", input: Self.text(created))
        return name
    }

    private func json(pod: String) async throws -> [String: Any] {
        let text = try await namespace.kubectl("get", "pod", pod, "--output=json")
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private static func text(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }
}
