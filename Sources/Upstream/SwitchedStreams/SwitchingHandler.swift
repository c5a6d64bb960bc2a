import NIOCore
import NIOHTTP1

/// Looks at the head of the answer to a handshake: if it switches the protocol, it makes place for the stream's handlers,
/// and what follows the head goes there; anything else goes on to be read as HTTP.
final class SwitchingHandler<Handshake: SwitchingHandshake>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handshake: Handshake
    private let http: [any RemovableChannelHandler]
    private let outcome: EventLoopPromise<Handshake.Outcome>
    /// The bytes of the head so far; nil once it was judged.
    private var awaited: ByteBuffer? = ByteBuffer()

    /// - Parameters:
    ///   - http: The handlers that go when the protocol is switched.
    ///   - outcome: What the handshake comes to.
    init(handshake: Handshake, http: [any RemovableChannelHandler], outcome: EventLoopPromise<Handshake.Outcome>) {
        self.handshake = handshake
        self.http = http
        self.outcome = outcome
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard var bytes = awaited else { return context.fireChannelRead(data) }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        awaited = bytes
        guard let length = bytes.headLength else {
            if bytes.readableBytes > HTTPResponseHead.maximumBytes { fail(HandshakeFailure.headTooLong, context) }
            return
        }
        do {
            guard let answer = HTTPResponseHead(http1: bytes.readableBytesView.prefix(length)),
                let (stream, handlers) = try handshake.accept(answer, on: context.eventLoop)
            else {
                awaited = nil
                return context.fireChannelRead(wrapInboundOut(bytes))
            }
            bytes.moveReaderIndex(forwardBy: length)
            try switchProtocols(to: stream, handlers, context)
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
        guard awaited != nil else { return }
        awaited = nil
        outcome.fail(error)
        context.close(promise: nil)
    }

    private func switchProtocols(
        to stream: Handshake.Stream, _ handlers: [any ChannelHandler], _ context: ChannelHandlerContext
    ) throws {
        // From here on the socket is read only as the consumer takes output.
        try context.channel.syncOptions?.setOption(.autoRead, value: false)
        try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
        awaited = nil
        // Before the refusal's reader goes, who would else say that nothing came.
        outcome.succeed(.open(stream))
        for handler in http { context.pipeline.syncOperations.removeHandler(handler, promise: nil) }
    }
}

extension ByteBuffer {
    /// The number of bytes up to and with the empty line that ends an HTTP head; nil if it isn't there yet.
    fileprivate var headLength: Int? {
        readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)).map { $0.upperBound - readerIndex }
    }
}
