import Foundation
import TestSupport
import Testing

/// A check of `Scripts/`, run by the interpreter that LABGATE_TEST_PYTHON names.
struct Script {
    let file: String

    func start(_ check: String, _ port: Int, _ arguments: any CustomStringConvertible...) throws -> RunningProcess {
        try start(check, port, arguments: arguments)
    }

    private func start(
        _ check: String, _ port: Int, arguments: [any CustomStringConvertible]
    ) throws -> RunningProcess {
        let python = ProcessInfo.processInfo.environment["LABGATE_TEST_PYTHON"] ?? "python3"
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/\(file).py").path
        return try ChildProcess.start(
            [python, path, check, String(port)] + arguments.map(\.description),
            environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }

    /// Runs a check and expects it to end well.
    func passes(
        _ check: String, _ port: Int, _ arguments: any CustomStringConvertible..., within limit: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let child = try await start(check, port, arguments: arguments).end(within: limit)
        #expect(child.status == 0, "\(file).\(check): \(child.errors)", sourceLocation: sourceLocation)
    }
}
