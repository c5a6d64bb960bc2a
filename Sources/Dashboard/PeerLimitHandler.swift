import NIOCore

/// Closes a connection at once if its peer has too many.
///
/// Belongs to the connection's event loop.
final class PeerLimitHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let limit: PeerLimit
    /// The peer, as long as it has a place for this connection.
    private var address: String?

    init(limit: PeerLimit) {
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { enter(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        enter(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let address { limit.leave(address) }
        address = nil
        context.fireChannelInactive()
    }

    private func enter(_ context: ChannelHandlerContext) {
        guard address == nil else { return }
        let peer = context.remoteAddress?.ipAddress ?? ""
        guard limit.enter(peer) else { return context.close(promise: nil) }
        address = peer
    }
}
