import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Upstream

/// Opens connections for the streams of pods: TCP, TLS, WebSocket handshake.
struct PodStreamDialer: Sendable {
    var server: ServerAddress
    /// Nil for a server without TLS.
    var tls: NIOSSLContext?
    var connectTimeout: Duration
    var configuration: PodStreamConfiguration
    var group: any EventLoopGroup

    /// Opens a stream.
    ///
    /// - Parameter token: The bearer token to show.
    /// - Throws: ``APIError``, with the API server's words if it gave any.
    func open(_ request: some PodStreamRequest, token: String?) async throws(APIError) -> PodStream {
        let operation = request.operation
        var headers = HTTPHeaders([("Host", server.authority), ("User-Agent", UserAgent.value)])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        let handshake = PodStreamHandshake(
            request: request, target: server.pathPrefix + request.target, headers: headers,
            configuration: configuration)
        do {
            switch try await handshake.open(connect) {
            case .open(let stream): return stream
            case .refused(let refusal): throw APIError(refusal: refusal, operation: operation)
            }
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError(handshakeFailure: error, operation: operation)
        }
    }

    private func connect(
        _ shakeHands: @escaping @Sendable (any Channel) -> EventLoopFuture<PodStreamHandshake.Outcome>
    ) async throws -> EventLoopFuture<PodStreamHandshake.Outcome> {
        try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Finds a peer that died after it had acknowledged our input but before it was read.
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: server.tlsName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return shakeHands(channel)
                }
            }
    }
}
