import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Synchronization
@testable import TestSupport
import Testing

@testable import Dashboard

@Suite("Metrics server")
struct MetricsServerTests {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func server(
        port: Int = 0, metrics: String = "", obstacles: @escaping @Sendable () -> [String] = { [] }
    ) -> MetricsServer {
        MetricsServer(host: "127.0.0.1", port: port, metrics: { metrics }, obstacles: obstacles, logger: quiet)
    }

    private static func get(_ path: String, from server: MetricsServer) async throws -> TestResponse {
        try await server.application().test(.live) { try await $0.execute(uri: path, method: .get) }
    }

    @Test("/metrics is what the registry says, in the format's own media type")
    func metrics() async throws {
        let response = try await Self.get("/metrics", from: Self.server(metrics: "# TYPE a counter\na 1\n"))
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == "# TYPE a counter\na 1\n")
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test("/healthz is well whatever is in the way")
    func health() async throws {
        let response = try await Self.get("/healthz", from: Self.server { ["something is in the way"] })
        #expect(response.status == .ok)
    }

    @Test("/readyz has a line for each thing that is in the way, and is well when there is none")
    func readiness() async throws {
        let obstacles = Obstacles(["the one", "the other"])
        try await Self.server { obstacles.list }.application().test(.live) { client in
            let before = try await client.execute(uri: "/readyz", method: .get)
            #expect(before.status == .serviceUnavailable)
            #expect(String(buffer: before.body) == "the one\nthe other\n")
            obstacles.list = []
            let after = try await client.execute(uri: "/readyz", method: .get)
            #expect(after.status == .ok)
        }
    }

    @Test("Nothing else is there, and nothing can be changed")
    func others() async throws {
        try await Self.server().application().test(.live) { client in
            for path in ["/", "/metrics/more", "/readyz/../../etc/passwd"] {
                let response = try await client.execute(uri: path, method: .get)
                #expect(response.status == .notFound, "\(path)")
            }
            let response = try await client.execute(uri: "/metrics", method: .post)
            #expect(response.status != .ok)
        }
    }

    @Test("An address that is taken is told in a line that names it")
    func addressInUse() async throws {
        try await Self.server().application().test(.live) { client in
            let port = try #require(client.port)
            let error = await #expect(throws: MetricsServerError.self) { try await Self.server(port: port).run() }
            #expect(error?.description.contains("cannot serve metrics on 127.0.0.1:\(port)") == true)
            #expect(error?.description.contains("Address already in use") == true)
            #expect(error?.description.contains("\n") == false)
        }
    }

    /// Connections that say nothing, from an address of this machine that nobody else here uses.
    private static func idleConnections(_ count: Int, to port: Int) async throws -> [any Channel] {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(to: try SocketAddress(ipAddress: "127.0.0.2", port: 0))
        var channels: [any Channel] = []
        for _ in 0..<count { channels.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get()) }
        return channels
    }

    @Test("Idle connections of one address take no more than its share of the room, and probes get in beside them")
    func peerLimit() async throws {
        try await Self.server().application(idleTimeout: .hours(1)).test(.live) { client in
            let channels = try await Self.idleConnections(100, to: try #require(client.port))
            let isBounded = try await eventually {
                channels.count(where: \.isActive) == MetricsServer.maximumConnectionCountOfPeer
            }
            #expect(isBounded)
            #expect(try await client.execute(uri: "/healthz", method: .get).status == .ok)
            // A place that is given up is there for the next one.
            for channel in channels where channel.isActive { try await channel.close() }
            let next = try await Self.idleConnections(1, to: try #require(client.port))
            try await Task.sleep(for: .milliseconds(200))
            #expect(next.allSatisfy { $0.isActive })
            for channel in next { try await channel.close() }
        }
    }

    @Test("A connection without a request is closed")
    func idleTimeout() async throws {
        try await Self.server().application(idleTimeout: .milliseconds(100)).test(.live) { client in
            let channels = try await Self.idleConnections(1, to: try #require(client.port))
            let isClosed = try await eventually { !channels.contains(where: \.isActive) }
            #expect(isClosed)
        }
    }

    /// What is in the way, which may change.
    private final class Obstacles: Sendable {
        private let state: Mutex<[String]>

        init(_ list: [String]) { state = Mutex(list) }

        var list: [String] {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }
}
