import Foundation
@testable import TestSupport

/// The manifests of `deploy/kubernetes` and `deploy/registry`, put together by kustomize, for a test's own namespace.
struct Manifests {
    let namespace: Namespace

    static let folder = URL(filePath: #filePath).appending(path: "../../../../deploy/kubernetes").standardized
    static let overlays = ["air-gapped", "class-of-300", "local", "small"].map { "overlays/\($0)" }
    static let registry = "../registry/kubernetes"

    /// The oldest kubectl whose kustomize knows all that the manifests use.
    private static let oldestMinor = 22

    /// The first kubectl on `PATH` that is not too old; nil if there is none.
    static func kubectl() async throws -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for folder in path.split(separator: ":") {
            let program = "\(folder)/kubectl"
            guard FileManager.default.isExecutableFile(atPath: program) else { continue }
            if try await minor(of: program) >= oldestMinor { return program }
        }
        return nil
    }

    /// The `20` of a kubectl's v1.20.2; 0 if it does not tell.
    private static func minor(of program: String) async throws -> Int {
        let child = try await ChildProcess.run([program, "version", "--client", "--output=json"])
        let version = (try? JSON(parsing: child.output))?["clientVersion"]["minor"].string
        return version.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 0
    }

    /// Everything of a kustomization, in the one namespace of the test's.
    func render(_ path: String) async throws -> String {
        let child = try await ChildProcess.run(
            [Self.kubectl() ?? "kubectl", "kustomize", Self.folder.appending(path: path).standardized.path])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "kustomize: \(child.errors)") }
        return inNamespace(child.output)
    }

    /// A file of the folder, in the namespace of the test's.
    func file(_ path: String) throws -> String {
        try inNamespace(String(contentsOf: Self.folder.appending(path: path), encoding: .utf8))
    }

    private func inNamespace(_ text: String) -> String {
        let names = /namespace: (labgate|labs|labgate-registry)$/.anchorsMatchLineEndings()
        return text.replacing(names, with: "namespace: \(namespace.name)")
    }

    /// What the API server would make of manifests, defaults filled in; one object for each.
    func dryRun(_ manifests: String) async throws -> [JSON] {
        let text = try await namespace.kubectl(
            "apply", "--dry-run=server", "--output=json", "--filename=-", input: manifests)
        let answer = try JSON(parsing: text)
        return answer["kind"].string == "List" ? answer["items"].array : [answer]
    }
}
