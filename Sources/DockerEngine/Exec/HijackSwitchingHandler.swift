import NIOCore
import NIOHTTP1

/// Looks at the head of the answer to an exec's start: if the connection is hijacked, it makes place for the stream's
/// handler, and what follows the head in the same piece goes there; anything else goes on to be read as HTTP.
final class HijackSwitchingHandler: ChannelInboundHandler, RemovableChannelHandler {
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

    private let handshake: HijackHandshake
    private let http: [any RemovableChannelHandler]
    private let outcome: EventLoopPromise<HijackHandshake.Outcome>
    private let refusal: EventLoopFuture<HijackHandshake.Refusal>
    private var state = State.awaitingHead(ByteBuffer())

    /// - Parameters:
    ///   - http: The handlers that go when the connection is hijacked.
    ///   - outcome: What the handshake comes to.
    ///   - refusal: What is read of a refusal.
    init(
        handshake: HijackHandshake, http: [any RemovableChannelHandler],
        outcome: EventLoopPromise<HijackHandshake.Outcome>, refusal: EventLoopFuture<HijackHandshake.Refusal>
    ) {
        self.handshake = handshake
        self.http = http
        self.outcome = outcome
        self.refusal = refusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .awaitingHead(var bytes) = state else { return context.fireChannelRead(data) }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        state = .awaitingHead(bytes)
        guard let length = bytes.headLength else {
            if bytes.readableBytes > HijackHandshake.maximumHeadBytes { fail(HijackHandshake.HeadTooLong(), context) }
            return
        }
        guard bytes.isHijack(headLength: length) else {
            state = .refused
            outcome.succeed(.refused(refusal))
            return context.fireChannelRead(wrapInboundOut(bytes))
        }
        bytes.moveReaderIndex(forwardBy: length)
        do {
            try hijack(context)
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

    private func hijack(_ context: ChannelHandlerContext) throws {
        let flow = EngineExecFlow(configuration: handshake.configuration)
        let handler = HijackedChannelHandler(flow: flow, tty: handshake.tty)
        // From here on the socket is read only as the consumer takes output.
        try context.channel.syncOptions?.setOption(.autoRead, value: false)
        for handler in http { context.pipeline.syncOperations.removeHandler(handler, promise: nil) }
        try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        state = .done
        outcome.succeed(
            .open(HijackedConnection(handler: NIOLoopBound(handler, eventLoop: context.eventLoop), flow: flow)))
    }
}

extension ByteBuffer {
    /// The number of bytes up to and with the empty line that ends an HTTP head; nil if it isn't there yet.
    fileprivate var headLength: Int? {
        readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)).map { $0.upperBound - readerIndex }
    }

    /// True if the head says that what follows are the program's streams: 101, or a 200 that is no ordinary answer.
    fileprivate func isHijack(headLength: Int) -> Bool {
        let head = String(decoding: readableBytesView.prefix(headLength), as: UTF8.self).lowercased()
        let status = head.split(separator: " ").dropFirst().first
        return status == "101"
            || status == "200" && !head.contains("\r\ntransfer-encoding:")
                && !head.contains("\r\ncontent-length:")
    }
}
