import NIOCore

/// The tasks' end of one WebSocket to a pod, behind ``ExecStream`` and ``PortForwardStream``.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another
/// executor: a caller that has to wait is resumed on its own.
final class PodStream: Sendable {
    private let flow: PodStreamFlow
    private let handler: NIOLoopBound<PodStreamHandler>
    private let eventLoop: any EventLoop

    /// What both sides speak.
    let subprotocol: PodStreamSubprotocol

    /// Must be called on the handler's event loop.
    init(
        handler: PodStreamHandler, flow: PodStreamFlow, subprotocol: PodStreamSubprotocol, eventLoop: any EventLoop
    ) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        self.flow = flow
        self.subprotocol = subprotocol
        self.eventLoop = eventLoop
    }

    /// How the stream ended, once all output before that was taken; nil while it has not.
    var end: ExecResult? { flow.result }

    /// Returns when there is output to take or the stream has ended; takes nothing. If the task is cancelled, it returns
    /// at once, and the stream stays as it is.
    func awaitSign() async {
        for await _ in flow.sign() {}
    }

    /// The next piece of output, in the order in which it came, or nil at the end.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    func nextOutput() async -> ExecOutput? {
        switch flow.takeOutput() {
        case .output(let output, let resumesReading):
            if resumesReading { onEventLoop { $0.read() } }
            return output
        case .end:
            return nil
        case .wait:
            return await withTaskCancellationHandler {
                await withCheckedContinuation { consumer in
                    if flow.awaitOutput(consumer) { onEventLoop { $0.read() } }
                }
            } onCancel: {
                close(reason: "cancelled while waiting for output")
            }
        }
    }

    /// Sends bytes; returns when they are on their way or safely within the input bound. Suspends while the connection
    /// takes no more.
    ///
    /// - Throws: ``ExecError/closed`` if the stream has ended or its input was closed, ``ExecError/cancelled`` if
    ///   the task was cancelled, which closes the connection.
    func write(_ bytes: [UInt8]) async throws(ExecError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(PodStreamFrame.maximumDataBytes)
            rest = rest.dropFirst(piece.count)
            try await reserveInput(byteCount: piece.count)
            let frame = PodStreamFrame.message(channel: ExecChannel.stdin, piece)
            onEventLoop { $0.sendInput(frame, byteCount: piece.count) }
        }
    }

    /// Ends the input, where the subprotocol can; output goes on.
    ///
    /// - Throws: what ``write(_:)`` throws.
    func closeInput() async throws(ExecError) {
        try await reserveInput(byteCount: 1, closesStdin: true)
        let frame = PodStreamFrame.message(channel: ExecChannel.close, [ExecChannel.stdin])
        onEventLoop { $0.sendInput(frame, byteCount: 1) }
    }

    /// Tells the terminal's new size, in characters.
    func resize(to size: TerminalSize) {
        onEventLoop { $0.resize(size) }
    }

    /// Closes the connection. The result is what the server said before, or `lost` with this reason.
    func close(reason: String = "closed by this side") {
        onEventLoop { $0.close(reason: reason) }
    }

    private func reserveInput(byteCount: Int, closesStdin: Bool = false) async throws(ExecError) {
        while true {
            switch flow.reserveInput(byteCount: byteCount, closesStdin: closesStdin) {
            case .granted: return
            case .closed: throw Task.isCancelled ? .cancelled : .closed
            case .wait: break
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { flow.awaitInputRoom($0) }
            } onCancel: {
                close(reason: "cancelled while sending input")
            }
        }
    }

    /// Runs an action of the handler on its event loop, in the order of the calls.
    private func onEventLoop(_ action: @escaping @Sendable (PodStreamHandler) -> Void) {
        eventLoop.execute { [handler] in action(handler.value) }
    }
}
