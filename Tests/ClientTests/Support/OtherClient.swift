import Foundation
@testable import TestSupport

/// Clients that are not OpenSSH's: how each is told where to go and with which key.
struct OtherClient {
    let sample: SampleClass
    /// Where the clients keep what they keep.
    let home: URL

    init(_ sample: SampleClass) throws {
        self.sample = sample
        home = try TemporaryFolder.make()
    }

    private static let student = "edu01"
    /// Where they go, as those say it that have the port apart.
    static let destination = "\(student)@127.0.0.1"

    // MARK: PuTTY

    /// Runs plink, pscp or psftp; `arguments` follow the options.
    func putty(
        _ program: String, _ arguments: String..., input: ChildProcess.Input = .none, output: URL? = nil
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            puttyArgv(program) + arguments, input: input, output: output, environment: ["HOME": home.path])
    }

    /// The command line up to the destination.
    func puttyArgv(_ program: String) async throws -> [String] {
        let key = home.appending(path: "key.ppk")
        if !FileManager.default.fileExists(atPath: key.path) {
            try await make(["puttygen", sample.key(of: Self.student).path, "-O", "private", "-o", key.path])
        }
        return try await [
            program, "-batch", "-noagent", "-P", "\(sample.gateway.port)", "-i", key.path, "-hostkey", fingerprint(),
        ]
    }

    /// As PuTTY wants it: `SHA256:…`.
    private func fingerprint() async throws -> String {
        let key = try sample.hostKeys.appending(path: "ssh_host_ed25519_key.pub").path
        let words = try await make(["ssh-keygen", "-l", "-f", key]).split(separator: " ")
        return words.count > 1 ? String(words[1]) : ""
    }

    // MARK: Dropbear

    /// Runs dbclient.
    func dropbear(
        _ command: String, options: [String] = [], input: ChildProcess.Input = .none
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            dropbearArgv(options) + [command], input: input, environment: ["HOME": home.path])
    }

    /// The command line up to the command.
    func dropbearArgv(_ options: [String] = []) async throws -> [String] {
        let key = home.appending(path: "key.dropbear")
        if !FileManager.default.fileExists(atPath: key.path) {
            try await make(["dropbearconvert", "openssh", "dropbear", sample.key(of: Self.student).path, key.path])
        }
        return ["dbclient", "-y", "-y", "-p", "\(try sample.gateway.port)", "-i", key.path] + options + [
            Self.destination
        ]
    }

    // MARK: Python

    /// Runs a check of `Scripts/` to its end, which is to be a good one.
    func script(
        _ file: String, _ check: String, _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        try await startScript(file, check, arguments, environment: environment).end(within: .seconds(120))
    }

    /// Starts a check of `Scripts/`.
    func startScript(
        _ file: String, _ check: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> RunningProcess {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/\(file).py").path
        return try ChildProcess.start(
            [Python.interpreter ?? "python3", path, check, "\(sample.gateway.port)", sample.key(of: Self.student).path]
                + arguments,
            environment: environment.merging(["HOME": home.path, "PYTHONDONTWRITEBYTECODE": "1"]) { $1 })
    }

    @discardableResult
    private func make(_ command: [String]) async throws -> String {
        let child = try await ChildProcess.run(command)
        guard child.status == 0 else { throw ChildProcess.Failure(description: "\(command[0]): \(child.errors)") }
        return child.output
    }
}
