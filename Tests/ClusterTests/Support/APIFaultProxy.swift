import Foundation
@testable import TestSupport

/// A proxy before the cluster's API that understands HTTP and misbehaves on command.
///
/// Behind it a `kubectl proxy` sees to TLS and credentials, so that it can tell a watch from other requests, whatever the
/// cluster. Until it ends, whoever is on this machine is the cluster's administrator.
struct APIFaultProxy {
    private let port: Int
    private let process: RunningProcess

    /// Runs `body` with a proxy before the tests' cluster.
    static func with<Value>(_ body: (APIFaultProxy) async throws -> Value) async throws -> Value {
        // Its filter would refuse exec.
        let far = try ChildProcess.start(
            ["kubectl", "--kubeconfig", Cluster.kubeconfig ?? "", "proxy", "--port=0", "--disable-filter"])
        defer { far.kill() }
        try await far.prints("Starting to serve on")
        guard let target = far.output.firstMatch(of: /127\.0\.0\.1:(\d+)/)?.1 else {
            throw ChildProcess.Failure(description: "kubectl proxy names no port: \(far.output)")
        }
        let script = URL(filePath: #filePath).appending(path: "../../Scripts/api_fault_proxy.py").standardized.path
        let near = try ChildProcess.start([Python.interpreter ?? "python3", script, String(target)], input: .open)
        defer { near.kill() }
        _ = try await eventually { near.output.contains("\n") }
        guard let port = Int(near.output.trimmingCharacters(in: .newlines)) else {
            throw ChildProcess.Failure(description: "no proxy: \(near.errors)")
        }
        return try await body(APIFaultProxy(port: port, process: near))
    }

    /// Gives one of the script's commands, and waits until it holds.
    ///
    /// - Returns: how many requests were refused so far.
    @discardableResult
    func behave(_ command: String) async throws -> Int {
        let answers = { process.output.split(separator: "\n").dropFirst() }
        let count = answers().count
        try process.type(command + "\n")
        _ = try await eventually { process.output.hasSuffix("\n") && answers().count > count }
        return answers().last?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// A kubeconfig that leads through the proxy.
    func kubeconfig() throws -> URL {
        let url = try TemporaryFolder.make().appending(path: "kubeconfig")
        let text = """
            apiVersion: v1
            kind: Config
            clusters: [{name: faulty, cluster: {server: "http://127.0.0.1:\(port)"}}]
            contexts: [{name: faulty, context: {cluster: faulty, user: ""}}]
            current-context: faulty
            """
        try Data(text.utf8).write(to: url)
        return url
    }
}
