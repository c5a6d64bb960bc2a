import Foundation
@testable import TestSupport
import Testing

/// The manifests of `deploy/kubernetes/warm` under names of the test's own: priority classes belong to the cluster.
struct WarmStart {
    let namespace: Namespace

    var prefix: String { "\(namespace.name)-" }

    static let folder = URL(filePath: #filePath).appending(path: "../../../../deploy/kubernetes/warm").standardized
    static let files = ["priority-classes.yaml", "image-holder.yaml", "placeholders.yaml"]

    func manifest(_ file: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            .replacing("labgate-", with: prefix)
            .replacing("localhost:5000/edu_gcc:latest", with: Site.image)
    }

    /// Makes the classes, and one placeholder.
    func provide(on node: ClusterNode, cpu: String) async throws {
        try await namespace.apply(manifest("priority-classes.yaml"))
        let spec = "priorityClassName: \(prefix)placeholder"
        try await namespace.apply(
            manifest("placeholders.yaml").replacing("replicas: 2", with: "replicas: 1")
                .replacing("cpu: 100m", with: "cpu: \(cpu)")
                .replacing(spec, with: "\(spec)\n      nodeSelector: \(node.selector)"))
    }

    /// Waits until there is one placeholder, with room or without; its UID.
    func placeholder(isReady: Bool) async throws -> String {
        var uid: String?
        let isThere = try await eventually(within: .seconds(40), every: .milliseconds(200)) {
            let text = try await namespace.kubectl(
                "get", "pods", "--selector=app.kubernetes.io/name=placeholder", "--output=json")
            let pods = try JSON(parsing: text)["items"].array.filter { pod in
                guard pod["metadata"]["deletionTimestamp"].string == nil else { return false }
                let conditions = pod["status"]["conditions"].array
                return conditions.contains {
                    isReady
                        ? $0["type"].string == "Ready" && $0["status"].string == "True"
                        : $0["reason"].string == "Unschedulable"
                }
            }
            uid = pods.count == 1 ? pods[0]["metadata"]["uid"].string : nil
            return uid != nil
        }
        try #require(isThere, "no placeholder is \(isReady ? "ready" : "waiting")")
        return try #require(uid)
    }

    /// The rest goes with the namespace.
    func remove() async throws {
        try await namespace.kubectl("delete", "deployment", "\(prefix)placeholders")
        try await Cluster.kubectl(["delete", "priorityclass", "\(prefix)lab", "\(prefix)placeholder"])
    }
}
