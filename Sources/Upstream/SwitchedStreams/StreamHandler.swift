package import NIOCore

/// The event loop's end of a stream; what tasks ask of it. All of it must be called on the event loop.
package protocol StreamHandler: ChannelInboundHandler, SendableMetatype where OutboundOut == ByteBuffer {
    /// How its streams end.
    associatedtype Ending: Sendable

    /// Where it meets the stream's tasks.
    var flow: StreamFlow<Ending> { get }

    /// Reads the socket again, as the consumer has caught up.
    func read()
    /// Sends bytes of which so many are input that was granted room; the room is free again once the kernel has taken
    /// them, or the stream has ended.
    func sendInput(_ bytes: ByteBuffer, byteCount: Int)
    /// Closes the connection from this side.
    func close(reason: String)
}

extension StreamHandler {
    /// Does what ``sendInput(_:byteCount:)`` is to do.
    ///
    /// - Parameter context: Where the handler is; nil if the stream has ended.
    package func sendInput(_ bytes: ByteBuffer, byteCount: Int, in context: ChannelHandlerContext?) {
        guard let context else { return flow.inputAccepted(byteCount: byteCount) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [flow] _ in flow.inputAccepted(byteCount: byteCount) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }
}
