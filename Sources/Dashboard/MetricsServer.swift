import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// What the gateway says of itself over HTTP, to whoever watches it.
///
/// | | |
/// |---|---|
/// | `GET /metrics` | everything that is measured, in Prometheus's text format |
/// | `GET /healthz` | 200 while the process runs |
/// | `GET /readyz` | 200 if it can serve a login, otherwise 503 with a line for each thing that is in the way |
///
/// Nobody has to log in for that, so it tells of no student. To be started first and stopped last: it is to say, too, that
/// the gateway starts or drains.
public struct MetricsServer: Service {
    /// Connections at once; a Prometheus and a few probes need one each. More wait to be accepted, and probes that wait for
    /// too long would take the gateway out of service.
    private static let maximumConnectionCount = 64
    /// Connections at once from one address: a few of those who have leave to be here do not fill the room.
    static let maximumConnectionCountOfPeer = 16
    /// How long a connection may be without a request, be it the first. Whoever asks once in a minute connects anew.
    private static let idleTimeout = TimeAmount.seconds(5)

    private let host: String
    private let port: Int
    private let metrics: @Sendable () -> String
    private let obstacles: @Sendable () -> [String]
    private let logger: Logger

    /// - Parameters:
    ///   - host: empty for all addresses of the machine.
    ///   - port: 0 for any; the log says which.
    ///   - metrics: in the text exposition format 0.0.4.
    ///   - obstacles: what keeps the gateway from serving, a sentence each; empty if nothing does.
    public init(
        host: String, port: Int, metrics: @escaping @Sendable () -> String,
        obstacles: @escaping @Sendable () -> [String], logger: Logger
    ) {
        self.host = host
        self.port = port
        self.metrics = metrics
        self.obstacles = obstacles
        self.logger = logger
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: ``MetricsServerError`` if the address cannot be listened on.
    public func run() async throws {
        do {
            try await application().run()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw MetricsServerError("cannot serve metrics on \(host):\(port): \(error)")
        }
    }

    /// The server with its routes.
    func application(idleTimeout: TimeAmount = Self.idleTimeout) -> some ApplicationProtocol {
        let peers = PeerLimit(maximum: Self.maximumConnectionCountOfPeer)
        var quiet = logger
        // What Hummingbird says about itself at `info` is said better here.
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [PeerLimitHandler(limit: peers)], idleTimeout: idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(host.isEmpty ? "::" : host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnectionCount, logger: quiet)),
            onServerRunning: { [logger] channel in
                logger.info("listening for metrics", metadata: ["address": "\(channel.localAddress.words)"])
            },
            logger: quiet)
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("metrics") { _, _ in
            Self.answer(.ok, metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("healthz") { _, _ in Self.answer(.ok, "ok\n") }
        router.get("readyz") { _, _ in
            let obstacles = obstacles()
            return obstacles.isEmpty
                ? Self.answer(.ok, "ready\n")
                : Self.answer(.serviceUnavailable, obstacles.map { $0 + "\n" }.joined())
        }
        return router
    }

    private static func answer(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension SocketAddress? {
    /// `host:port`, with brackets around IPv6.
    fileprivate var words: String {
        guard let self, let host = self.ipAddress, let port = self.port else { return "an unknown address" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
