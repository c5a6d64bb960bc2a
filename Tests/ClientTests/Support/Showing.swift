import Foundation
import Testing

/// What a test shows about a client, for the table: noted when the test has ended without throwing. (A table counts only if
/// the whole run was green.)
struct Showing: TestTrait, TestScoping {
    let client: Client
    let features: [Feature]
    /// nil if it works; otherwise why it is refused.
    let refusal: String?

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await function()
        guard let path = ProcessInfo.processInfo.environment["LABGATE_TEST_TABLE"] else { return }
        let outcome = refusal.map { "refused: \($0)" } ?? "works"
        let lines = features.map { "\($0.rawValue)\t\(client.rawValue)\t\(outcome)\n" }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.joined().utf8))
    }
}

extension Trait where Self == Showing {
    /// The test shows that these features work with this client.
    static func shows(_ client: Client, _ features: Feature...) -> Showing {
        Showing(client: client, features: features, refusal: nil)
    }

    /// The test shows that a feature is refused cleanly.
    static func refuses(_ client: Client, _ feature: Feature, because reason: String) -> Showing {
        Showing(client: client, features: [feature], refusal: reason)
    }
}
