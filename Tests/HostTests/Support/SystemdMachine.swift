import Foundation

@testable import TestSupport

/// A machine that systemd runs, made from this one's files; what changes in it goes with it. Its network is this one's.
struct SystemdMachine {
    private let firstProcess: String

    private static let script = URL(filePath: #filePath).appending(path: "../../Scripts/systemd_machine.sh")
        .standardized

    static func isPossible() async -> Bool {
        guard getuid() == 0 else { return false }
        return (try? await ChildProcess.run(["systemd-nspawn", "--version"]).status) == 0
    }

    /// Runs `body` with one that has started.
    ///
    /// - Parameter options: those of systemd-nspawn.
    static func with(_ options: String..., body: (SystemdMachine) async throws -> Void) async throws {
        let process = try ChildProcess.start([script.path, TemporaryFolder.make().path] + options, input: .open)
        try await cleaningUp {
            try process.endInput()
            let end = try await process.end()
            guard end.status == 0 else {
                throw ChildProcess.Failure(description: "systemd: \(end.output)\(end.errors)")
            }
        } after: {
            try await process.prints("started ")
            guard let started = process.output.firstMatch(of: /started (\d+)\n/) else {
                throw ChildProcess.Failure(description: "systemd has not started: \(process.output)\(process.errors)")
            }
            let machine = SystemdMachine(firstProcess: String(started.1))
            try await machine.untilStarted()
            try await body(machine)
        }
    }

    private func untilStarted() async throws {
        var state = ""
        let isRunning = try await eventually(every: .milliseconds(100)) {
            state = try await ask("systemctl", "is-system-running").output.trimmingCharacters(in: .newlines)
            return ["running", "degraded"].contains(state)
        }
        guard isRunning else { throw ChildProcess.Failure(description: "systemd has not started: it is \(state)") }
    }

    // MARK: What is in it

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
        ["nsenter", "--target", firstProcess, "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd=/"]
            + ["env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    }

    /// A file of it, as this machine sees it.
    func file(_ path: String) -> URL { URL(filePath: "/proc/\(firstProcess)/root").appending(path: path) }

    /// Changes the text of a file; its owner and mode stay.
    func edit(_ path: String, _ edit: (String) -> String) throws {
        let text = edit(try String(contentsOf: file(path), encoding: .utf8))
        try Data(text.utf8).write(to: file(path))
    }
}
