import NIOCore
import NIOHTTP1

/// Sends the request of a stream's handshake, and reads the answer if it is a refusal, its body up to a limit.
final class PodStreamRefusalReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequestHead
    private let limit: Int
    private let promise: EventLoopPromise<PodStreamHandshake.Refusal>
    private var refusal: PodStreamHandshake.Refusal?

    /// - Parameters:
    ///   - limit: How much of the body is read, in bytes.
    ///   - refusal: Succeeds with a refusal, fails if the connection does or ends without one.
    init(request: HTTPRequestHead, limit: Int, refusal: EventLoopPromise<PodStreamHandshake.Refusal>) {
        self.request = request
        self.limit = limit
        promise = refusal
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
            refusal = .init(head: head, body: ByteBuffer())
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
        context.write(wrapOutboundOut(.head(request)), promise: sent)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// What came so far is the answer; without even a head there is none. Only the first call counts.
    private func finish(_ error: any Error = ChannelError.eof) {
        if let refusal { promise.succeed(refusal) } else { promise.fail(error) }
    }
}
