import Foundation
import Logging
import Testing
import Upstream

@testable import Kubernetes

extension APIClient {
    /// Makes a client of a server on the loopback interface, without TLS, and shuts it down afterwards.
    static func with<Value>(
        port: Int, token: TokenSource = .fixed("test-token"), configuration: APIClientConfiguration = .init(),
        _ body: (APIClient) async throws -> Value
    ) async throws -> Value {
        let server = try #require(ServerAddress(url: "http://127.0.0.1:\(port)"))
        let credentials = ClusterCredentials(namespace: "default", server: server, tls: nil, tokenSource: token)
        return try await with(credentials, configuration: configuration, body)
    }

    /// Makes a client and shuts it down afterwards.
    static func with<Value>(
        _ credentials: ClusterCredentials, configuration: APIClientConfiguration = .init(),
        _ body: (APIClient) async throws -> Value
    ) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let client = try APIClient(credentials: credentials, configuration: configuration, logger: logger)
        do {
            let value = try await body(client)
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw error
        }
    }
}

extension ExecStream {
    /// All output up to the end.
    func collect() async -> (stdout: [UInt8], stderr: [UInt8]) {
        var all: (stdout: [UInt8], stderr: [UInt8]) = ([], [])
        while let output = await nextOutput() {
            switch output {
            case .stdout(let bytes): all.stdout += bytes
            case .stderr(let bytes): all.stderr += bytes
            }
        }
        return all
    }
}

/// Polls until the condition holds.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
