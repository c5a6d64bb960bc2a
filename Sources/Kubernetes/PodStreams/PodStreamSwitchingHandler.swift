import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Looks at the head of the answer to a stream's handshake: a 101 makes place for the stream's handlers, anything else
/// goes on to be read as HTTP.
final class PodStreamSwitchingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum State {
        /// The head is not complete; these are its bytes so far.
        case awaitingHead(ByteBuffer)
        /// The answer is a refusal.
        case refused
        /// The outcome is told.
        case done
    }

    private let handshake: PodStreamHandshake
    private let keys: NIOWebSocketClientUpgrader
    private let http: [any RemovableChannelHandler]
    private let outcome: EventLoopPromise<PodStreamHandshake.Outcome>
    private let refusal: EventLoopFuture<PodStreamHandshake.Refusal>
    private var state = State.awaitingHead(ByteBuffer())

    /// - Parameters:
    ///   - keys: Made the key of the request.
    ///   - http: The handlers that go when the protocol is switched.
    ///   - outcome: What the handshake comes to.
    ///   - refusal: What is read of a refusal.
    init(
        handshake: PodStreamHandshake, keys: NIOWebSocketClientUpgrader, http: [any RemovableChannelHandler],
        outcome: EventLoopPromise<PodStreamHandshake.Outcome>, refusal: EventLoopFuture<PodStreamHandshake.Refusal>
    ) {
        self.handshake = handshake
        self.keys = keys
        self.http = http
        self.outcome = outcome
        self.refusal = refusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .awaitingHead(var bytes) = state else { return context.fireChannelRead(data) }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        state = .awaitingHead(bytes)
        guard let length = bytes.headLength else {
            if bytes.readableBytes > PodStreamHandshake.maximumHeadBytes {
                fail(PodStreamHandshake.HeadTooLong(), context)
            }
            return
        }
        guard let head = HTTPResponseHead(switchingProtocols: bytes.readableBytesView.prefix(length)) else {
            state = .refused
            outcome.succeed(.refused(refusal))
            return context.fireChannelRead(wrapInboundOut(bytes))
        }
        bytes.moveReaderIndex(forwardBy: length)
        do {
            try switchProtocols(head, context)
            if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            fail(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ChannelError.eof, context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(ChannelError.eof, context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard case .awaitingHead = state else { return }
        state = .done
        outcome.fail(error)
        context.close(promise: nil)
    }

    private func switchProtocols(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) throws {
        guard keys.shouldAllowUpgrade(upgradeResponse: head) else { throw PodStreamHandshake.InvalidAcceptKey() }
        let name = head.headers.first(name: "Sec-WebSocket-Protocol")
        guard let subprotocol = name.flatMap(PodStreamSubprotocol.init(rawValue:)) else {
            throw PodStreamHandshake.UnknownSubprotocol(name: name)
        }
        let configuration = handshake.configuration
        let flow = PodStreamFlow(configuration: configuration)
        let handler = PodStreamHandler(
            flow: flow, configuration: configuration, request: handshake.request, now: context.eventLoop.now)
        // From here on the socket is read only as the consumer takes output.
        try context.channel.syncOptions?.setOption(.autoRead, value: false)
        for handler in http { context.pipeline.syncOperations.removeHandler(handler, promise: nil) }
        let decoder = WebSocketFrameDecoder(maxFrameSize: configuration.maximumFrameBytes)
        try context.pipeline.syncOperations.addHandlers(
            [ByteToMessageHandler(decoder), handler], position: .after(self))
        state = .done
        outcome.succeed(
            .open(
                PodStream(
                    handler: handler, flow: flow, subprotocol: subprotocol, eventLoop: context.eventLoop)))
    }
}

extension ByteBuffer {
    /// The number of bytes up to and with the empty line that ends an HTTP head; nil if it isn't there yet.
    fileprivate var headLength: Int? {
        readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)).map { $0.upperBound - readerIndex }
    }
}

extension HTTPResponseHead {
    /// Reads the head of an answer `101 Switching Protocols` (RFC 9112 section 4), with its last empty line; nil if the
    /// bytes are anything else.
    init?(switchingProtocols bytes: ByteBufferView.SubSequence) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first, status.hasPrefix("HTTP/1.1 101") else { return nil }
        self.init(version: .http1_1, status: .switchingProtocols)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let trailing = value.reversed().prefix { $0 == " " || $0 == "\t" }.count
            headers.add(name: String(line[..<colon]), value: String(value.dropLast(trailing)))
        }
    }
}
