import NIOCore
import NIOHTTP1

/// Sends the request of a handshake, and reads the answer if it is a refusal, its body up to a limit.
final class RefusalReader<Stream: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let body: ByteBuffer?
    private let limit: Int
    private let outcome: EventLoopPromise<HandshakeOutcome<Stream>>
    private var refusal: Refusal?

    /// - Parameters:
    ///   - limit: How much of the answer's body is read, in bytes.
    ///   - outcome: Succeeds with a refusal, fails if the connection does or ends without one.
    init(head: HTTPRequestHead, body: ByteBuffer?, limit: Int, outcome: EventLoopPromise<HandshakeOutcome<Stream>>) {
        self.head = head
        self.body = body
        self.limit = limit
        self.outcome = outcome
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { send(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            refusal = Refusal(head: head, body: ByteBuffer())
        case .body(let bytes):
            let room = limit - (refusal?.body.readableBytes ?? 0)
            refusal?.body.writeBytes(bytes.readableBytesView.prefix(room))
            if bytes.readableBytes >= room { finish() }
        case .end:
            finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
    }

    private func send(_ context: ChannelHandlerContext) {
        let sent = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        sent.futureResult.whenFailure { error in
            // A header holds what none may, such as a token with a line break. Other failures end the connection.
            if error is HTTPParserError { channel.pipeline.fireErrorCaught(error) }
        }
        context.write(wrapOutboundOut(.head(head)), promise: sent)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// What came so far is the answer; without even a head there is none. Only the first call counts.
    private func finish(_ error: any Error = ChannelError.eof) {
        if let refusal { outcome.succeed(.refused(refusal)) } else { outcome.fail(error) }
    }
}
