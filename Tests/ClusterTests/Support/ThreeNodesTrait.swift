import Foundation
@testable import TestSupport
import Testing

/// Gives a suite three nodes, of which two are there for it alone.
struct ThreeNodesTrait: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        do {
            try await Cluster.local("up", "--nodes", "3")
            // One that has found the API server away may not ask it for new nodes before half a minute has gone.
            try await Cluster.component("stop", "kube-scheduler")
            try await Cluster.component("start", "kube-scheduler")
            try await function()
        } catch {
            try? await Self.end()
            throw error
        }
        try await Self.end()
    }

    private static func end() async throws {
        try await Cluster.local("policy", "allow")
        try await Cluster.local("down", "--nodes", "1")
    }
}

extension Trait where Self == ThreeNodesTrait {
    /// Three nodes, on the local cluster.
    static var threeNodes: ThreeNodesTrait { ThreeNodesTrait() }
}

extension Cluster {
    /// Runs one of the local cluster's programs, which are beside ``component``, and expects it to succeed.
    static func local(_ program: String, _ arguments: String...) async throws {
        let path = URL(filePath: component ?? "/nonexistent/component").deletingLastPathComponent()
            .appending(path: program).path
        let child = try await ChildProcess.run([path] + arguments, within: .seconds(120))
        guard child.status == 0 else {
            throw ChildProcess.Failure(description: "\(program) \(arguments.joined(separator: " ")): \(child.errors)")
        }
    }
}
