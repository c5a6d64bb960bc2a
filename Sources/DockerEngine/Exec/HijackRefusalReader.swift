import NIOCore
import NIOHTTP1

/// Sends the request that starts an exec, and reads the answer if it is a refusal, its body up to a limit.
final class HijackRefusalReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let handshake: HijackHandshake
    private let promise: EventLoopPromise<HijackHandshake.Refusal>
    private var refusal: HijackHandshake.Refusal?

    /// - Parameter refusal: Succeeds with a refusal, fails if the connection does or ends without one.
    init(handshake: HijackHandshake, refusal: EventLoopPromise<HijackHandshake.Refusal>) {
        self.handshake = handshake
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
            let room = handshake.configuration.maximumRefusalBytes - (refusal?.body.readableBytes ?? 0)
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
        context.write(wrapOutboundOut(.head(handshake.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(handshake.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// What came so far is the answer; without even a head there is none. Only the first call counts.
    private func finish(_ error: any Error = ChannelError.eof) {
        if let refusal { promise.succeed(refusal) } else { promise.fail(error) }
    }
}
