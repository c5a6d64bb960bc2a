import Foundation
@testable import TestSupport
import Testing

/// A registry with TLS and a password, as `deploy/registry` sets it up, and a second door to the same images, on loopback
/// without TLS, for a node that has not been taught its authority.
struct PrivateRegistry {
    /// `host:port` for those who push.
    let address: String
    /// `host:port` of the second door.
    let nodeAddress: String
    private let folder: URL
    private let processes: [RunningProcess]

    private static let sources = URL(filePath: #filePath).appending(path: "../../../../deploy").standardized

    /// Starts it; its keys, its password and its images are in a folder of its own.
    static func start() async throws -> PrivateRegistry {
        let folder = try TemporaryFolder.make()
        let host = try await address()
        let made = try await ChildProcess.run([sources.appending(path: "registry/credentials").path, folder.path, host])
        try #require(made.status == 0, "\(made.errors)")
        let template = try String(contentsOf: sources.appending(path: "registry/config.yaml"), encoding: .utf8)
            .replacing("/etc/labgate-registry", with: folder.path)
            .replacing("/var/lib/labgate-registry", with: folder.appending(path: "images").path)
        let plain = template.replacing(#/  tls:\n(    .*\n)+/#, with: "")
        let port = Int.random(in: 20_000..<30_000)
        let addresses = ["\(host):\(port)", "127.0.0.1:\(port + 1)"]
        var processes: [RunningProcess] = []
        for (text, address) in zip([template, plain], addresses) {
            let file = folder.appending(path: "config-\(processes.count).yaml")
            try Data(text.replacing("\":5000\"", with: "\"\(address)\"").utf8).write(to: file)
            let running = try ChildProcess.start(["docker-registry", "serve", file.path])
            processes.append(running)
            try await running.prints("listening on")
        }
        return PrivateRegistry(
            address: addresses[0], nodeAddress: addresses[1], folder: folder, processes: processes)
    }

    /// An address of this machine that is not loopback's, where only TLS will do.
    private static func address() async throws -> String {
        let addresses = try await ChildProcess.run(["hostname", "-I"]).output.split(separator: " ")
        return try String(#require(addresses.first { $0.contains(".") }))
    }

    var password: String {
        get throws {
            try String(contentsOf: folder.appending(path: "password"), encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }

    /// For programs that push: which authority they trust, and where their password is.
    private var environment: [String: String] {
        let authority = folder.appending(path: "ca.crt").path
        return [
            "SSL_CERT_FILE": authority, "CURL_CA_BUNDLE": authority,
            "REGISTRY_AUTH_FILE": folder.appending(path: "auth.json").path,
        ]
    }

    func logIn(password: String) async throws -> ChildProcess {
        try await ChildProcess.run(
            ["buildah", "login", "--username", "labgate", "--password-stdin", address], input: .text(password),
            environment: environment)
    }

    /// Pushes an image of `deploy/images`, built if need be.
    func push(_ image: String) async throws -> ChildProcess {
        try await build("images/build", [image])
    }

    /// Packs the labgate under test as `deploy/gateway` does, and pushes it under these tags.
    func pushGateway(tags: [String]) async throws -> ChildProcess {
        let tags = tags.flatMap { ["--tag", $0] }
        return try await build("gateway/build", ["--program", LabgateProcess.executable] + tags)
    }

    private func build(_ program: String, _ arguments: [String]) async throws -> ChildProcess {
        try await ChildProcess.run(
            [Self.sources.appending(path: program).path, "--registry", address] + arguments, environment: environment,
            within: .seconds(280))
    }

    /// Has the local cluster's node pull from it by its address, over TLS.
    func isTrusted(_ isTrusted: Bool) async throws {
        let authority = folder.appending(path: "ca.crt").path
        let program = Self.sources.appending(path: "cluster/trust").path
        let child = try await ChildProcess.run([program] + (isTrusted ? [address, authority] : ["--forget", address]))
        try #require(child.status == 0, "\(child.errors)")
    }

    func stop() {
        for process in processes { process.kill() }
    }
}
