import Foundation
@testable import TestSupport

/// An OpenSSH agent without keys: clients ask to forward one only where one is.
enum Agent {
    /// Runs `body` with the environment in which clients find the agent.
    static func with<Value>(_ body: ([String: String]) async throws -> Value) async throws -> Value {
        let socket = try TemporaryFolder.make().appending(path: "agent").path
        let agent = try ChildProcess.start(["ssh-agent", "-D", "-a", socket])
        defer { agent.kill() }
        guard try await eventually({ FileManager.default.fileExists(atPath: socket) }) else {
            throw ChildProcess.Failure(description: "ssh-agent: \(agent.errors)")
        }
        return try await body(["SSH_AUTH_SOCK": socket])
    }
}
