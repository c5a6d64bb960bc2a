import NIOCore
import NIOHTTP1
import NIOWebSocket
import Upstream

/// The WebSocket handshake of a stream to a pod (RFC 6455 section 4), as an upgrade of an HTTP/1.1 connection.
struct PodStreamHandshake: SwitchingHandshake {
    /// The server switched protocols, but not to one of ours.
    struct UnknownSubprotocol: Error {
        var name: String?
    }

    /// The `Sec-WebSocket-Accept` does not fit our key: no WebSocket server answered.
    struct InvalidAcceptKey: Error {}

    /// What is asked for.
    var request: any PodStreamRequest
    /// The path and query of the request, with what the API server's address puts before it.
    var target: String
    /// Host, authorization and whatever else goes with the request.
    var headers: HTTPHeaders
    var configuration: PodStreamConfiguration
    /// Makes the key and checks the answer to it; its other duties are not needed here.
    private let keys = NIOWebSocketClientUpgrader { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }

    init(request: any PodStreamRequest, target: String, headers: HTTPHeaders, configuration: PodStreamConfiguration) {
        self.request = request
        self.target = target
        self.headers = headers
        self.configuration = configuration
    }

    var bounds: StreamBounds { configuration.bounds }

    var body: ByteBuffer? { nil }

    var head: HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: keys.supportedProtocol)
        head.headers.add(name: "Sec-WebSocket-Protocol", value: request.subprotocols)
        keys.addCustom(upgradeRequestHeaders: &head.headers)
        return head
    }

    func accept(
        _ answer: HTTPResponseHead, on eventLoop: any EventLoop
    ) throws -> (stream: PodStream, handlers: [any ChannelHandler])? {
        guard answer.status == .switchingProtocols else { return nil }
        guard keys.shouldAllowUpgrade(upgradeResponse: answer) else { throw InvalidAcceptKey() }
        let name = answer.headers.first(name: "Sec-WebSocket-Protocol")
        guard let subprotocol = name.flatMap(PodStreamSubprotocol.init(rawValue:)) else {
            throw UnknownSubprotocol(name: name)
        }
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: configuration.maximumFrameBytes))
        let handler = PodStreamHandler(configuration: configuration, request: request, now: eventLoop.now)
        let stream = PodStream(connection: SwitchedStream(handler, on: eventLoop), subprotocol: subprotocol)
        return (stream, [decoder, handler])
    }
}
