import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The event loop's end of an exec: bytes in and out, the end of input, and how the connection ended.
///
/// Reads only when ``EngineExecFlow`` permits it.
final class HijackedChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case detached
        case open(ChannelHandlerContext)
        case closed
    }

    private let flow: EngineExecFlow
    private var phase = Phase.detached
    private var decoder: HijackedFrameDecoder
    /// Bytes of a header that is not complete.
    private var rest = ByteBuffer()

    init(flow: EngineExecFlow, tty: Bool) {
        self.flow = flow
        decoder = HijackedFrameDecoder(tty: tty)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        phase = .open(context)
        // The read that brought the engine's answer may be over already, and nobody else starts the next one.
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.broken("the connection's handler was removed"))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open = phase else { return }
        rest.discardReadBytes()
        rest.writeImmutableBuffer(unwrapInboundIn(data))
        while let item = decoder.next(from: &rest) {
            switch item {
            case .output(let output): flow.deliver(output)
            case .engineError(let words): return end(.refused(words))
            case .violation(let what): return end(.broken("the engine broke the exec protocol: \(what)"))
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if flow.permitReading() { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        endOfOutput()
        context.fireChannelInactive()
    }

    /// An engine that closes the connection while input of ours is unread, because the program has ended without
    /// reading it, gives us ECONNRESET for the end of output, or EPIPE for a write; what it had sent before is read
    /// all the same (unix(7) keeps it). Only where a write fails while reading is paused can something be missing.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case ECONNRESET: endOfOutput()
        case EPIPE where !flow.isReadingPaused: endOfOutput()
        default: end(.broken("the connection to the engine broke: \(error)"))
        }
    }
}

// MARK: - Called by the stream

extension HijackedChannelHandler {
    /// Reads the socket again, as the consumer has caught up.
    func read() {
        guard case .open(let context) = phase else { return }
        context.read()
    }

    /// Sends a piece of input that was granted room; the room is free again once the kernel has taken it.
    func sendInput(_ bytes: ByteBuffer, byteCount: Int) {
        guard case .open(let context) = phase else { return flow.inputAccepted(byteCount: byteCount) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [flow] _ in flow.inputAccepted(byteCount: byteCount) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    /// Ends the input behind everything that was sent: shuts the write side down, which both engines pass on to the
    /// program as the end of its stdin while its output goes on.
    func closeInput() {
        guard case .open(let context) = phase else { return }
        let channel = context.channel
        // Closing the output at once would drop what the kernel has not taken yet.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenSuccess { channel.close(mode: .output, promise: nil) }
    }

    /// Closes the connection from this side.
    func close(reason: String) {
        end(.broken(reason))
    }

    private func endOfOutput() {
        let isComplete = decoder.isComplete(leaving: rest)
        end(isComplete ? .complete : .broken("the connection to the engine ended in the middle of a frame"))
    }

    private func end(_ ending: StreamEnding) {
        guard case .open(let context) = phase else { return }
        phase = .closed
        flow.end(ending)
        context.close(promise: nil)
    }
}
