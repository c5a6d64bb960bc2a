import Foundation
import Testing

/// The real `labgate`, run by the tests.
struct LabgateProcess {
    /// The executable under test.
    static let executable =
        ProcessInfo.processInfo.environment["LABGATE_TEST_BINARY"]
        ?? URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".build/debug/labgate").path

    let running: RunningProcess
    /// The port that it listens on.
    let port: Int

    /// Starts `labgate serve` and waits until it listens.
    ///
    /// - Parameter executable: another than the one under test, such as a copy that is replaced.
    static func serve(
        configuration: URL, executable: String = executable, environment: [String: String] = [:]
    ) async throws -> LabgateProcess {
        let running = try ChildProcess.start(
            [executable, "serve", "--config", configuration.path], environment: environment)
        LabgateJanitor.enter(running.processID)
        try await running.prints("listening for SSH")
        let entry = entries(running.errors).first { $0["message"].string == "listening for SSH" }
        let address = try #require(entry?["address"].string)
        let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
        return LabgateProcess(running: running, port: port)
    }

    /// Runs another of its commands to the end.
    static func run(
        _ arguments: String..., input: ChildProcess.Input = .none, environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        try await run(arguments, input: input, environment: environment)
    }

    /// Runs another of its commands to its end.
    static func run(
        _ arguments: [String], input: ChildProcess.Input = .none, environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        try await ChildProcess.run([executable] + arguments, input: input, environment: environment)
    }

    var isRunning: Bool { running.isRunning }

    /// Everything that it has logged, oldest first.
    var log: [JSON] { Self.entries(running.errors) }

    /// The log lines with this message.
    func logged(_ message: String) -> [JSON] {
        log.filter { $0["message"].string == message }
    }

    private static func entries(_ text: String) -> [JSON] {
        text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
    }

    /// Asks it to finish its work and end (SIGTERM).
    func drain() { running.signal(SIGTERM) }

    /// Has it read the classroom again (SIGHUP).
    func reload() { running.signal(SIGHUP) }

    /// Ends it at once (SIGINT), and waits.
    func stop() async throws {
        running.signal(SIGINT)
        _ = try await running.end(within: .seconds(20))
        LabgateJanitor.leave(running.processID)
    }

    /// SIGKILL: nothing is tidied up.
    func kill() async throws {
        running.kill()
        _ = try await running.end(within: .seconds(10))
        LabgateJanitor.leave(running.processID)
    }
}
