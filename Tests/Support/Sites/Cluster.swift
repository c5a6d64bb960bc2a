import Foundation
import Testing

/// The real cluster of the tests, as the environment tells.
enum Cluster {
    static let kubeconfig = variable("LABGATE_TEST_KUBECONFIG")
    /// A folder of the node that labs share; without it they share a ConfigMap.
    static let sharedFolder = variable("LABGATE_TEST_SHARED_FOLDER")
    /// The program that stops and starts parts of the cluster; nil if they are not ours to kill.
    static let component = variable("LABGATE_TEST_COMPONENT")

    /// How many gateways the test kills that is about that.
    static let killCount = variable("LABGATE_TEST_KILLS").flatMap(Int.init) ?? 6

    static var isThere: Bool { kubeconfig != nil }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Runs kubectl and expects it to succeed.
    ///
    /// - Returns: its standard output, without the last newline.
    @discardableResult
    static func kubectl(_ arguments: [String], input: String? = nil) async throws -> String {
        let child = try await ChildProcess.run(
            ["kubectl", "--kubeconfig", kubeconfig ?? ""] + arguments, input: input.map { .text($0) } ?? .none)
        guard child.status == 0 else {
            let words = arguments.joined(separator: " ")
            throw ChildProcess.Failure(description: "kubectl \(words): \(child.errors)")
        }
        return child.output.trimmingCharacters(in: .newlines)
    }

    /// Whether homes can outlive their labs.
    static func hasDefaultStorageClass() async throws -> Bool {
        guard isThere else { return false }
        return try await kubectl(["get", "storageclass", "--output=json"]).contains(#"is-default-class": "true""#)
    }

    /// Starts, stops or kills a part of the cluster.
    static func component(_ verb: String, _ name: String) async throws {
        _ = try await componentOutput(verb, name)
    }

    /// The process id of a part of the cluster.
    static func processID(ofComponent name: String) async throws -> String {
        try await componentOutput("pid", name)
    }

    private static func componentOutput(_ verb: String, _ name: String) async throws -> String {
        let child = try await ChildProcess.run([component ?? "false", verb, name], within: .seconds(120))
        guard child.status == 0 else {
            throw ChildProcess.Failure(description: "component \(verb) \(name): \(child.errors)")
        }
        return child.output.trimmingCharacters(in: .newlines)
    }
}
