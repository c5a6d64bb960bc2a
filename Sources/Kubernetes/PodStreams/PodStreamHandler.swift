import Glibc
import NIOCore
import NIOWebSocket
import Upstream

/// The event loop's end of a stream to a pod: frames in, pings and messages out, and the one decision how it ended.
///
/// Reads only when the flow permits it. Its timers are the ping and, after the status, the wait for the server
/// to close.
final class PodStreamHandler: StreamHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer

    private enum Resizing {
        case idle
        case sending(next: TerminalSize?)
    }

    let flow: StreamFlow<ExecResult>
    private let configuration: PodStreamConfiguration
    private let hasTerminal: Bool
    /// Where it is; nil before that, and once the stream has ended.
    private var context: ChannelHandlerContext?
    private var decoder: any PodStreamDecoder
    private var resizing = Resizing.idle
    private var pingTimer: Scheduled<Void>?
    private var closeTimer: Scheduled<Void>?
    private var liveness: PodStreamLiveness

    /// - Parameter now: The event loop's time.
    init(configuration: PodStreamConfiguration, request: any PodStreamRequest, now: NIODeadline) {
        flow = StreamFlow(bounds: configuration.bounds)
        self.configuration = configuration
        hasTerminal = request.hasTerminal
        decoder = request.decoder(configuration)
        liveness = PodStreamLiveness(configuration: configuration, now: now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        scheduleTick(at: context.eventLoop.now + TimeAmount(configuration.pingInterval), context)
        // The read that brought the handshake's answer may be over already, and nobody else starts the next one.
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(otherwise: "the connection's handler was removed")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.context != nil else { return }
        switch decoder.decode(unwrapInboundIn(data)) {
        case .nothing: break
        case .output(let output): flow.deliver(output)
        case .status: awaitClose(context)
        case .ping(let payload): send(PodStreamFrame.control(.pong, payload), context)
        case .pong(let payload): liveness.receivedPong(payload)
        case .close(let reason): end(otherwise: "the server closed the stream \(reason), without a status")
        case .violation(let what): end(otherwise: "the server broke the stream's protocol: \(what)")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        liveness.receivedBytes(now: context.eventLoop.now)
        if flow.permitReading() { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(otherwise: "the connection to the API server ended without a status")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(otherwise: "the connection to the API server broke: \(TransportFailure(error).words)")
    }
}

// MARK: - Called by the stream

extension PodStreamHandler {
    func read() {
        guard let context else { return }
        liveness.receivedBytes(now: context.eventLoop.now)
        context.read()
    }

    func sendInput(_ frame: ByteBuffer, byteCount: Int) {
        if let context { liveness.sentData(now: context.eventLoop.now) }
        sendInput(frame, byteCount: byteCount, in: context)
    }

    /// Sends a size, or remembers it while another one is on its way. Never without a terminal: nobody would read
    /// it, and the server's single read loop would block on it for good.
    func resize(_ size: TerminalSize) {
        guard hasTerminal, let context else { return }
        if case .sending = resizing {
            resizing = .sending(next: size)
            return
        }
        resizing = .sending(next: nil)
        liveness.sentData(now: context.eventLoop.now)
        let frame = PodStreamFrame.message(channel: ExecChannel.resize, size.message[...])
        context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenComplete { _ in
            guard case .sending(let next) = self.resizing else { return }
            self.resizing = .idle
            if let next { self.resize(next) }
        }
    }

    func close(reason: String) {
        end(otherwise: reason)
    }
}

// MARK: - Timers and the end

extension PodStreamHandler {
    private func scheduleTick(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
        pingTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.tick() }
    }

    private func tick() {
        guard let context else { return }
        if flow.isReadingPaused { liveness.receivedBytes(now: context.eventLoop.now) }
        let duties = liveness.tick(now: context.eventLoop.now)
        if duties.isPeerDead {
            end(otherwise: "the API server has shown no sign of life for \(configuration.silenceLimit)")
            return
        }
        if duties.asksTCP { askTCP(context.channel) }
        // Where nothing gets out, more pings would only pile up.
        if context.channel.isWritable {
            if duties.sendsData { send(PodStreamFrame.emptyMessage(), context) }
            if let payload = duties.pingPayload { send(PodStreamFrame.control(.ping, payload), context) }
        }
        scheduleTick(at: duties.nextTick, context)
    }

    /// Ends the stream if the server's host, or the way to it, is gone.
    private func askTCP(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return }
        let limit = configuration.acknowledgementLimit
        socket.getTCPInfo().assumeIsolated().whenSuccess { info in
            guard .milliseconds(Int64(info.tcpi_last_ack_recv)) >= limit else { return }
            self.end(otherwise: "the API server's host has acknowledged nothing for \(limit)")
        }
    }

    /// After the status nothing but the close is to come. Version 5 closes at once, runtimes behind version 4 may
    /// leave it to us.
    private func awaitClose(_ context: ChannelHandlerContext) {
        guard closeTimer == nil else { return }
        let limit = TimeAmount(configuration.closeTimeout)
        closeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.end(otherwise: "the server did not close the stream")
        }
    }

    /// Ends the stream, with the status that came or else with these words, and closes the connection.
    private func end(otherwise words: String) {
        guard let context = context.take() else { return }
        pingTimer?.cancel()
        closeTimer?.cancel()
        flow.end(decoder.result(otherwise: words))
        if context.channel.isActive {
            let normalClosure: [UInt8] = [0x03, 0xE8]
            send(PodStreamFrame.control(.connectionClose, normalClosure), context)
        }
        context.close(promise: nil)
    }

    private func send(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
