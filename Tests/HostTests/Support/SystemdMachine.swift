import Foundation

@testable import TestSupport

/// A machine that systemd runs, made from this one's files; what changes in it goes with it. Its network is this one's.
struct SystemdMachine {
    /// Its root, as this machine sees it.
    let root: URL
    private let firstProcess: String

    private static let script = URL(filePath: #filePath).appending(path: "../../Scripts/systemd_machine.sh").standardized

    static func isPossible() async -> Bool {
        guard getuid() == 0 else { return false }
        return (try? await ChildProcess.run(["systemd-nspawn", "--version"]).status) == 0
    }

    /// Runs `body` with one that has started.
    ///
    /// - Parameter options: those of systemd-nspawn.
    static func with<Value>(_ options: String..., body: (SystemdMachine) async throws -> Value) async throws -> Value {
        let folder = try TemporaryFolder.make()
        let process = try ChildProcess.start([script.path, folder.path] + options)
        let result: Result<Value, any Error>
        do {
            try await process.prints("started ")
            let machine = SystemdMachine(
                root: folder.appending(path: "root"),
                firstProcess: process.output.replacing("started ", with: "").trimmingCharacters(in: .whitespacesAndNewlines))
            try await machine.untilStarted()
            result = .success(try await body(machine))
        } catch {
            result = .failure(error)
        }
        process.signal(SIGTERM)
        let end = try await process.end()
        guard end.status == 0 else { throw ChildProcess.Failure(description: "systemd: \(end.output)\(end.errors)") }
        return try result.get()
    }

    private func untilStarted() async throws {
        var state = ""
        let isRunning = try await eventually(every: .milliseconds(100)) {
            state = try await ask("systemctl", "is-system-running").output.trimmingCharacters(in: .newlines)
            return ["running", "degraded"].contains(state)
        }
        guard isRunning else { throw ChildProcess.Failure(description: "systemd has not started: it is \(state)") }
    }

    /// Runs a command in it.
    func ask(_ command: String...) async throws -> ChildProcess { try await ChildProcess.run(entry + command) }

    /// Runs a command in it, which must succeed; its standard output.
    @discardableResult
    func run(_ command: String...) async throws -> String {
        let child = try await ChildProcess.run(entry + command)
        guard child.status == 0 else {
            throw ChildProcess.Failure(
                description: "\(command.joined(separator: " ")): \(child.status) \(child.output)\(child.errors)")
        }
        return child.output
    }

    private var entry: [String] {
        ["nsenter", "--target", firstProcess] + ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd=/"]
            + ["env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    }

    /// Its file of this path, which is as it was but for what `edit` makes of its text.
    func edit(_ path: String, _ edit: (String) -> String) throws {
        let file = root.appending(path: path)
        // Not atomically: owner and mode stay.
        try Data(edit(String(contentsOf: file, encoding: .utf8)).utf8).write(to: file)
    }
}
