package import NIOCore

/// The tasks' end of a stream that a connection was switched to.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another executor: a
/// caller that has to wait is resumed on its own.
package struct SwitchedStream<Handler: StreamHandler>: Sendable {
    private let flow: StreamFlow<Handler.Ending>
    private let handler: NIOLoopBound<Handler>

    /// Must be called on the handler's event loop.
    package init(_ handler: Handler, on eventLoop: any EventLoop) {
        flow = handler.flow
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// Where the connection is at home.
    package var eventLoop: any EventLoop { handler.eventLoop }

    /// How the stream ended, once all output before that was taken; nil while it has not.
    package var ending: Handler.Ending? { flow.ending }

    /// The number of bytes of output that were read from the socket and not taken yet.
    package var pendingOutputBytes: Int { flow.outputBytes }

    /// Returns when there is output to take or the stream has ended; takes nothing. If the task is cancelled, it returns
    /// at once, and the stream stays as it is.
    package func awaitSign() async {
        for await _ in flow.sign() {}
    }

    /// The next piece of output, in the order in which it came, or nil at the end.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    package func nextOutput() async -> ProgramOutput? {
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
    /// - Parameters:
    ///   - pieceBytes: How many of them are sent at once.
    ///   - message: What goes over the connection for a piece.
    /// - Throws: ``StreamInputError/closed`` if the stream has ended or its input was closed,
    ///   ``StreamInputError/cancelled`` if the task was cancelled, which closes the connection.
    package func write(
        _ bytes: [UInt8], pieceBytes: Int, _ message: (ArraySlice<UInt8>) -> ByteBuffer
    ) async throws(StreamInputError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieceBytes)
            rest = rest.dropFirst(piece.count)
            try await reserveInput(byteCount: piece.count)
            let sent = message(piece)
            onEventLoop { $0.sendInput(sent, byteCount: piece.count) }
        }
    }

    /// Ends the input behind everything that was sent; output goes on.
    ///
    /// - Parameter action: Tells the other side so, on the event loop.
    /// - Throws: What ``write(_:pieceBytes:_:)`` throws.
    package func closeInput(_ action: @escaping @Sendable (Handler) -> Void) async throws(StreamInputError) {
        try await reserveInput(byteCount: 0, closesInput: true)
        onEventLoop(action)
    }

    /// Closes the connection, for this reason.
    package func close(reason: String) {
        onEventLoop { $0.close(reason: reason) }
    }

    /// Runs an action of the handler on its event loop, in the order of the calls.
    package func onEventLoop(_ action: @escaping @Sendable (Handler) -> Void) {
        handler.eventLoop.execute { [handler] in action(handler.value) }
    }

    private func reserveInput(byteCount: Int, closesInput: Bool = false) async throws(StreamInputError) {
        while true {
            switch flow.reserveInput(byteCount: byteCount, closesInput: closesInput) {
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
}
