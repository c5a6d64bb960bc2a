import Foundation
@testable import TestSupport

/// A TCP proxy on this machine that misbehaves on command.
struct FaultProxy {
    let port: Int
    private let process: RunningProcess

    /// Runs `body` with a proxy before `target`, a port of this machine.
    static func with<Value>(
        target: Int, _ body: (FaultProxy) async throws -> Value
    ) async throws -> Value {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/fault_proxy.py").path
        let process = try ChildProcess.start([Python.interpreter ?? "python3", script, "\(target)"], input: .open)
        defer { process.kill() }
        _ = try await eventually { process.output.contains("\n") }
        guard let port = Int(process.output.trimmingCharacters(in: .newlines)) else {
            throw ChildProcess.Failure(description: "no proxy: \(process.errors)")
        }
        return try await body(FaultProxy(port: port, process: process))
    }

    /// Gives one of the script's commands, and waits until it holds.
    func behave(_ command: String) async throws {
        let count = process.output.split(separator: "\n").count
        try process.type(command + "\n")
        _ = try await eventually { process.output.split(separator: "\n").count > count }
    }

    /// A kubeconfig that leads through the proxy.
    func kubeconfig() async throws -> URL {
        let text = try await Cluster.kubectl(["config", "view", "--raw", "--minify", "--flatten"])
        let url = try TemporaryFolder.make().appending(path: "kubeconfig")
        let server = text.firstMatch(of: /server: https:\/\/[^\s]+/).map { String($0.0) } ?? ""
        try Data(text.replacing(server, with: "server: https://127.0.0.1:\(port)").utf8).write(to: url)
        return url
    }

    /// The port of the cluster's API server, if it is on this machine.
    static func portOfAPIServer() async throws -> Int? {
        let text = try await Cluster.kubectl(["config", "view", "--raw", "--minify"])
        return text.firstMatch(of: /server: https:\/\/127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
    }
}
