import Foundation
import Testing

/// Has the cluster know Course and Student resources; where it did not, it forgets them afterwards.
struct CustomResourcesTrait: SuiteTrait, TestScoping {
    private static let folder = URL(filePath: FileManager.default.currentDirectoryPath)
        .appending(path: "deploy/kubernetes/crds").path
    private static let definitions = [
        "customresourcedefinition/courses.labgate.dev", "customresourcedefinition/students.labgate.dev",
    ]

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let before = try await Cluster.kubectl(["get", "customresourcedefinitions", "--output=name"])
        try await Cluster.kubectl(["apply", "--kustomize=\(Self.folder)"])
        try await Cluster.kubectl(["wait", "--for=condition=Established"] + Self.definitions)
        do {
            try await function()
        } catch {
            try await cleanUp(before)
            throw error
        }
        try await cleanUp(before)
    }

    private func cleanUp(_ before: String) async throws {
        if !before.contains("students.labgate.dev") {
            try await Cluster.kubectl(["delete", "--wait=false"] + Self.definitions)
        }
    }
}

extension Trait where Self == CustomResourcesTrait {
    /// The suite needs Course and Student resources.
    static var customResources: CustomResourcesTrait { CustomResourcesTrait() }
}
