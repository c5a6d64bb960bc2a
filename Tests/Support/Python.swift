import Foundation

/// A Python with asyncssh, for what OpenSSH's client cannot be made to do, and with Prometheus's parser.
enum Python {
    static let interpreter = ProcessInfo.processInfo.environment["LABGATE_TEST_PYTHON"]

    static var isThere: Bool { interpreter != nil }

    /// Runs a script to its end.
    static func run(_ script: String, _ arguments: String...) async throws -> ChildProcess {
        try await ChildProcess.run([interpreter ?? "python3", "-c", script] + arguments)
    }
}
