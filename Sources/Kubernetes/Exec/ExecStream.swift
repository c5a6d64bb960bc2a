import NIOCore

/// The standard streams of one command running in a container, over one WebSocket.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another
/// executor: a caller that has to wait is resumed on its own.
public final class ExecStream: Sendable {
    private let flow: ExecFlow
    private let handler: NIOLoopBound<ExecChannelHandler>
    private let eventLoop: any EventLoop

    /// True if the command's stdin can be ended while its output goes on (`v5.channel.k8s.io`, clusters from 1.30).
    public let supportsHalfClose: Bool

    /// Must be called on the handler's event loop.
    init(handler: ExecChannelHandler, flow: ExecFlow, supportsHalfClose: Bool, eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        self.flow = flow
        self.supportsHalfClose = supportsHalfClose
        self.eventLoop = eventLoop
    }

    /// How the stream ended, once all output before that was taken; nil while it has not.
    var end: ExecResult? { flow.result }

    /// How the exec ended. Before ``nextOutput()`` has returned nil, this is `lost`.
    public var result: ExecResult {
        end ?? .lost("the exec stream has not ended")
    }

    /// Returns when there is output to take or the stream has ended; takes nothing. If the task is cancelled, it returns at
    /// once, and the stream stays as it is.
    func awaitSign() async {
        for await _ in flow.sign() {}
    }

    /// The next piece of output, in the order in which it came, or nil at the end.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    public func nextOutput() async -> ExecOutput? {
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

    /// Sends bytes to the command's stdin; returns when they are on their way or safely within the input bound,
    /// not when the command has read them.
    ///
    /// Suspends while the connection takes no more.
    /// - Throws: ``ExecError/closed`` if the stream has ended or its stdin was closed, ``ExecError/cancelled`` if
    ///   the task was cancelled, which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(ExecError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(ExecFrame.maximumDataBytes)
            rest = rest.dropFirst(piece.count)
            try await reserveInput(byteCount: piece.count)
            let frame = ExecFrame.message(channel: ExecChannel.stdin, piece)
            onEventLoop { $0.sendInput(frame, byteCount: piece.count) }
        }
    }

    /// Ends the command's stdin; output goes on.
    ///
    /// - Throws: ``ExecError/unsupported(_:)`` if ``supportsHalfClose`` is false, else what ``write(_:)`` throws.
    public func closeStdin() async throws(ExecError) {
        guard supportsHalfClose else {
            throw .unsupported("the API server's exec has no way to end stdin (\(ExecSubprotocol.v4.rawValue))")
        }
        try await reserveInput(byteCount: 1, closesStdin: true)
        let frame = ExecFrame.message(channel: ExecChannel.close, [ExecChannel.stdin])
        onEventLoop { $0.sendInput(frame, byteCount: 1) }
    }

    /// Tells the terminal's new size, in characters; clamped to 1...65535. Does nothing without a terminal.
    /// Sizes that follow each other faster than they can be sent are skipped, all but the last.
    public func resize(columns: Int, rows: Int) {
        onEventLoop { $0.resize(TerminalSize(columns: columns, rows: rows)) }
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
    private func onEventLoop(_ action: @escaping @Sendable (ExecChannelHandler) -> Void) {
        eventLoop.execute { [handler] in action(handler.value) }
    }
}
