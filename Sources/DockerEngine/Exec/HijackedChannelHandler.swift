import Glibc
import NIOCore
import Upstream

/// The event loop's end of an exec: bytes in and out, the end of input, and how the connection ended.
///
/// Reads only when the flow permits it.
final class HijackedChannelHandler: StreamHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let flow: StreamFlow<StreamEnding>
    /// Where it is; nil before that, and once the stream has ended.
    private var context: ChannelHandlerContext?
    private var decoder: HijackedFrameDecoder
    /// Bytes of a header that is not complete.
    private var rest = ByteBuffer()

    init(bounds: StreamBounds, tty: Bool) {
        flow = StreamFlow(bounds: bounds)
        decoder = HijackedFrameDecoder(tty: tty)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // The read that brought the engine's answer may be over already, and nobody else starts the next one.
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.broken("the connection's handler was removed"))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.context != nil else { return }
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
    func read() {
        context?.read()
    }

    func sendInput(_ bytes: ByteBuffer, byteCount: Int) {
        sendInput(bytes, byteCount: byteCount, in: context)
    }

    /// Ends the input behind everything that was sent: shuts the write side down, which both engines pass on to the
    /// program as the end of its stdin while its output goes on.
    func closeInput() {
        guard let context else { return }
        let channel = context.channel
        // Closing the output at once would drop what the kernel has not taken yet.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenSuccess { channel.close(mode: .output, promise: nil) }
    }

    func close(reason: String) {
        end(.broken(reason))
    }

    private func endOfOutput() {
        let isComplete = decoder.isComplete(leaving: rest)
        end(isComplete ? .complete : .broken("the connection to the engine ended in the middle of a frame"))
    }

    private func end(_ ending: StreamEnding) {
        guard let context = context.take() else { return }
        flow.end(ending)
        context.close(promise: nil)
    }
}
