import DockerEngine
import Foundation
import Gateway
import Logging
import RecordDatabase

/// The host whose container engine runs the labs.
struct Host {
    let client: EngineClient
    private let settings: Settings.Docker

    /// Where engines listen, Podman's first: where both are installed, `docker` may well be Podman's.
    private static let knownSockets = ["/run/podman/podman.sock", "/var/run/docker.sock"]

    /// - Throws: `HostError` if there is no engine.
    init(_ settings: Settings.Docker) throws(HostError) {
        self.settings = settings
        client = EngineClient(socketPath: try Self.socket(settings))
    }

    /// Connects, and closes the connections after `body`, however that ends.
    static func with<Value>(
        _ settings: Settings.Docker, _ body: (Host) async throws -> Value
    ) async throws -> Value {
        let host = try Host(settings)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(host))
        } catch {
            result = .failure(error)
        }
        try await host.client.shutdown()
        return try result.get()
    }

    /// Labs of this host, and what is remembered of them.
    ///
    /// - Throws: `RecordDatabaseError` if another gateway has the database, or it cannot be used.
    func backend(logger: Logger) async throws -> Backend {
        let database = try RecordDatabase(path: settings.database)
        return try await .docker(client, settings.configuration, database: database, logger: logger)
    }

    /// Labs of this host for somebody who only reads homes, beside the gateway that runs.
    func readingBackend() async throws -> Backend {
        let logger = Logger(label: "labgate") { _ in SwiftLogNoOpLogHandler() }
        return try await .docker(client, settings.configuration, database: nil, logger: logger)
    }

    private static func socket(_ settings: Settings.Docker) throws(HostError) -> String {
        if let socket = settings.socket { return socket }
        if let address = ProcessInfo.processInfo.environment["DOCKER_HOST"], !address.isEmpty {
            let scheme = "unix://"
            guard address.hasPrefix(scheme) else {
                throw HostError("DOCKER_HOST is \(address); labgate speaks to an engine of its own host, by unix://")
            }
            return String(address.dropFirst(scheme.count))
        }
        guard let socket = knownSockets.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw HostError(
                "there is no container engine: neither of \(knownSockets.joined(separator: ", ")) is there; start "
                    + "Docker, or Podman's service (podman.socket), or name docker.socket in the configuration")
        }
        return socket
    }
}

/// Why there is no container engine, in one line.
struct HostError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
