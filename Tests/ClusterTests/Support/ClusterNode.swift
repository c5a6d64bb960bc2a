@testable import TestSupport
import Testing

/// A node that takes every pod that has room on it.
struct ClusterNode {
    let name: String
    let milliCPU: Int

    var selector: String { "{kubernetes.io/hostname: \"\(name)\"}" }

    static func any() async throws -> ClusterNode {
        let nodes = try await JSON(parsing: Cluster.kubectl(["get", "nodes", "--output=json"]))["items"].array
        let node = try #require(nodes.first { $0["spec"]["taints"].array.isEmpty })
        let cpu = try #require(node["status"]["allocatable"]["cpu"].string)
        let milliCPU = cpu.hasSuffix("m") ? Int(cpu.dropLast()) : Int(cpu).map { $0 * 1000 }
        let name = try #require(node["metadata"]["labels"]["kubernetes.io/hostname"].string)
        return ClusterNode(name: name, milliCPU: try #require(milliCPU))
    }
}
