import NIOCore

/// The standard streams of one program running in a container, over one hijacked connection.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another executor: a
/// caller that has to wait is resumed on its own.
public final class EngineExecStream: Sendable {
    private let connection: HijackedConnection
    private let inspector: ExecInspector
    private let resizer: ExecResizer
    private let inputPieceBytes: Int

    private var flow: EngineExecFlow { connection.flow }

    init(_ connection: HijackedConnection, inspector: ExecInspector, resizer: ExecResizer, inputPieceBytes: Int) {
        self.connection = connection
        self.inspector = inspector
        self.resizer = resizer
        self.inputPieceBytes = inputPieceBytes
    }

    /// How the exec ended. Before ``nextOutput()`` has returned nil, this is `lost`.
    public var result: EngineExecResult {
        flow.result ?? .lost("the exec stream has not ended")
    }

    /// The next piece of output, in the order in which it came, or nil at the end; then the result is known, too.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    public func nextOutput() async -> EngineExecOutput? {
        while true {
            switch flow.takeOutput() {
            case .output(let output, let resumesReading):
                if resumesReading { connection.onEventLoop { $0.read() } }
                return output
            case .end(let ending):
                if flow.result == nil { flow.settle(await result(of: ending)) }
                return nil
            case .wait:
                await withTaskCancellationHandler {
                    await withCheckedContinuation { flow.awaitOutput($0) }
                } onCancel: {
                    close(reason: "cancelled while waiting for output")
                }
            }
        }
    }

    /// Sends bytes to the program's stdin; returns when they are on their way or safely within the input bound, not
    /// when the program has read them.
    ///
    /// Suspends while the connection takes no more.
    /// - Throws: ``EngineExecError/closed`` if the stream has ended or its input was closed,
    ///   ``EngineExecError/cancelled`` if the task was cancelled, which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(EngineExecError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(inputPieceBytes)
            rest = rest.dropFirst(piece.count)
            try await reserveInput(byteCount: piece.count)
            connection.onEventLoop { $0.sendInput(ByteBuffer(bytes: piece), byteCount: piece.count) }
        }
    }

    /// Ends the program's stdin behind all that was written; output goes on.
    ///
    /// Not for a terminal: it has no end of input, its user types it.
    /// - Throws: What ``write(_:)`` throws.
    public func closeInput() async throws(EngineExecError) {
        try await reserveInput(byteCount: 0, closesInput: true)
        connection.onEventLoop { $0.closeInput() }
    }

    /// Tells the terminal's new size, in characters; clamped to 1...65535. Does nothing without a terminal.
    /// Sizes that follow each other faster than they can be told are skipped, all but the last.
    public func resize(columns: Int, rows: Int) {
        resizer.resize(columns: columns, rows: rows)
    }

    /// Closes the connection. The result is `lost` with this reason, unless it is known already.
    func close(reason: String = "closed by this side") {
        resizer.stop()
        connection.onEventLoop { $0.close(reason: reason) }
    }

    /// The number of bytes of output that were read from the socket and not taken yet.
    var pendingOutputBytes: Int { flow.outputBytes }

    private func result(of ending: StreamEnding) async -> EngineExecResult {
        resizer.stop()
        switch ending {
        case .complete: return await inspector.result()
        case .refused(let words): return .failed(inspector.failure(words))
        case .broken(let words): return .lost(words)
        }
    }

    private func reserveInput(byteCount: Int, closesInput: Bool = false) async throws(EngineExecError) {
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
