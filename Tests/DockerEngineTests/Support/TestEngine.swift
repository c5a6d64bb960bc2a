import Foundation
import Logging
import TestSupport
import Upstream

@testable import DockerEngine

/// The real engine of the tests: Docker or Podman.
enum TestEngine {
    static let socket = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE"]
    static let image = ProcessInfo.processInfo.environment["LABGATE_TEST_IMAGE"] ?? ""
    /// Stops and starts the engine, where that may be done: `deploy/host/engine`.
    static let command = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE_COMMAND"]
    static let logger = Logger(label: "test")
    static let label = "dev.labgate.test"

    /// True if there is an engine, and an image in it.
    static var isThere: Bool { socket != nil && !image.isEmpty }

    /// A client of the engine.
    static func withClient<Value>(
        configuration: EngineConfiguration = .init(), _ body: (EngineClient) async throws -> Value
    ) async throws -> Value {
        try await EngineClient.with(socketPath: socket ?? "", configuration: configuration, body)
    }

    /// A name that nobody else uses.
    static func uniqueName() -> String { "labgate-test-\(UInt64.random(in: 0 ... .max))" }

    /// A container that sleeps.
    static func spec() -> ContainerSpec {
        var spec = ContainerSpec(image: image, command: ["sleep", "3600"])
        spec.ulimits = [Ulimit("nofile", 1024), Ulimit("nproc", 4096)]
        return spec
    }

    /// A running container that is removed afterwards.
    static func withContainer<Value>(
        _ spec: ContainerSpec = spec(), configuration: EngineConfiguration = .init(),
        _ body: (EngineClient, String) async throws -> Value
    ) async throws -> Value {
        try await withClient(configuration: configuration) { client in
            let id = try await client.createContainer(named: uniqueName(), spec).id
            let result: Result<Value, any Error>
            do {
                try await client.startContainer(id)
                result = .success(try await body(client, id))
            } catch {
                result = .failure(error)
            }
            try? await client.removeContainer(id, force: true)
            return try result.get()
        }
    }
}

extension EngineClient {
    /// A client that is shut down afterwards.
    static func with<Value>(
        socketPath: String, configuration: EngineConfiguration = .init(),
        _ body: (EngineClient) async throws -> Value
    ) async throws -> Value {
        let client = EngineClient(socketPath: socketPath, configuration: configuration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }

    /// Runs a program without input to its end; its standard output as text, blanks around it left out.
    func output(of command: [String], in container: String) async throws -> String {
        try await withExec(EngineExec(container: container, command: command, tty: false)) { stream in
            try await stream.closeInput()
            return await stream.collect().text
        }
    }
}

/// All that a program wrote.
struct CollectedOutput {
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []

    /// Standard output as text, blanks around it left out.
    var text: String {
        String(decoding: stdout, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension EngineExecStream {
    /// Takes all output, to the end.
    func collect() async -> CollectedOutput {
        var output = CollectedOutput()
        while let piece = await nextOutput() {
            switch piece {
            case .stdout(let bytes): output.stdout += bytes
            case .stderr(let bytes): output.stderr += bytes
            }
        }
        return output
    }
}
