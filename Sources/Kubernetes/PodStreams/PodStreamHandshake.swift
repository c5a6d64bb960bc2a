import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The WebSocket handshake of a stream to a pod (RFC 6455 section 4), as an upgrade of an HTTP/1.1 connection.
struct PodStreamHandshake: Sendable {
    /// What the handshake came to.
    enum Outcome: Sendable {
        /// The stream is open.
        case open(PodStream)
        /// The server answered with something other than 101; the answer will be there when its body was read.
        case refused(EventLoopFuture<Refusal>)
    }

    /// An answer other than 101 Switching Protocols.
    struct Refusal: Sendable {
        var head: HTTPResponseHead
        var body: ByteBuffer
    }

    /// The server switched protocols, but not to one of ours.
    struct UnknownSubprotocol: Error {
        var name: String?
    }

    /// The `Sec-WebSocket-Accept` does not fit our key: no WebSocket server answered.
    struct InvalidAcceptKey: Error {}

    /// The answer's head is longer than is taken.
    struct HeadTooLong: Error {}

    /// The longest head of an answer taken, in bytes.
    static let maximumHeadBytes = 64 << 10

    /// What is asked for.
    var request: any PodStreamRequest
    /// The path and query of the request, with what the API server's address puts before it.
    var target: String
    /// Host, authorization and whatever else goes with the request.
    var headers: HTTPHeaders
    var configuration: PodStreamConfiguration

    /// Prepares a connected, or connecting, channel; must be called on its event loop.
    ///
    /// NIO's own upgrade handlers change the pipeline over several turns of the event loop. Where a whole short stream
    /// comes at once, answer, status and the end of the connection, they would lose it; here the answer is looked at
    /// as it comes, and what follows it goes on to the stream's handlers within the same call.
    ///
    /// - Returns: The outcome, which fails if the connection does.
    func perform(on channel: any Channel) -> EventLoopFuture<Outcome> {
        let outcome = channel.eventLoop.makePromise(of: Outcome.self)
        let refusal = channel.eventLoop.makePromise(of: Refusal.self)
        // Makes the key and checks the answer to it; its other duties are done here.
        let keys = NIOWebSocketClientUpgrader { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        let encoder = HTTPRequestEncoder()
        let http: [any RemovableChannelHandler] = [
            ByteToMessageHandler(HTTPResponseDecoder()), NIOHTTPRequestHeadersValidator(),
            PodStreamRefusalReader(request: head(keys), limit: configuration.maximumRefusalBytes, refusal: refusal),
        ]
        let switching = PodStreamSwitchingHandler(
            handshake: self, keys: keys, http: [encoder] + http, outcome: outcome, refusal: refusal.futureResult)
        do {
            try channel.pipeline.syncOperations.addHandlers([encoder, switching] + http)
        } catch {
            outcome.fail(error)
            refusal.fail(error)
        }
        return outcome.futureResult
    }

    private func head(_ keys: NIOWebSocketClientUpgrader) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: keys.supportedProtocol)
        head.headers.add(name: "Sec-WebSocket-Protocol", value: request.subprotocols)
        keys.addCustom(upgradeRequestHeaders: &head.headers)
        return head
    }
}
