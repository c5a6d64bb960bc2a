import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

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
        let connecting = ConnectingChannel()
        do {
            let outcome = try await withTaskCancellationHandler {
                try await connect(handshake, connecting).get()
            } onCancel: {
                connecting.close()
            }
            switch outcome {
            case .open(let stream):
                return stream
            case .refused(let answer):
                defer { connecting.close() }
                let refusal = try await answer.get()
                throw APIError(refusal: refusal, operation: operation)
            }
        } catch let error as APIError {
            throw error
        } catch {
            connecting.close()
            if Task.isCancelled { throw APIError(code: .cancelled, operation: operation, message: "cancelled") }
            throw APIError(handshakeFailure: error, operation: operation)
        }
    }

    private func connect(
        _ handshake: PodStreamHandshake, _ connecting: ConnectingChannel
    ) async throws -> EventLoopFuture<PodStreamHandshake.Outcome> {
        try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Finds a peer that died after it had acknowledged our input but before it was read.
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(host: server.host, port: server.port) { channel in
                connecting.set(channel)
                return channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: server.tlsName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    let outcome = handshake.perform(on: channel)
                    limitTime(of: outcome, on: channel)
                    return outcome
                }
            }
    }

    /// Fails the handshake if it takes too long, reading the body of a refusal included.
    private func limitTime(of outcome: EventLoopFuture<PodStreamHandshake.Outcome>, on channel: any Channel) {
        let limit = configuration.handshakeTimeout
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            channel.pipeline.fireErrorCaught(HandshakeTimeout(limit: limit))
            channel.close(promise: nil)
        }
        outcome.whenComplete { result in
            guard case .success(.refused(let answer)) = result else { return timer.cancel() }
            answer.whenComplete { _ in timer.cancel() }
        }
    }
}

/// The channel of a handshake in progress, so that a cancelled task can close it.
private final class ConnectingChannel: Sendable {
    private enum State {
        case none
        case channel(any Channel)
        case closed
    }

    private let state = Mutex(State.none)

    /// Remembers the channel; a later address tried for the same connection replaces an earlier one.
    func set(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if case .closed = state { return true }
            state = .channel(channel)
            return false
        }
        if isClosed { channel.close(promise: nil) }
    }

    /// Closes the channel, now or as soon as there is one.
    func close() {
        let previous = state.withLock { exchange(&$0, with: .closed) }
        if case .channel(let channel) = previous { channel.close(promise: nil) }
    }
}
