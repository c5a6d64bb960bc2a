import NIOCore
import Synchronization
public import Upstream

/// The standard streams of one program running in a container, over one hijacked connection.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another executor: a
/// caller that has to wait is resumed on its own.
public final class EngineExecStream: Sendable {
    private let connection: SwitchedStream<HijackedChannelHandler>
    private let inspector: ExecInspector
    private let resizer: ExecResizer
    private let inputPieceBytes: Int
    /// Whether a first detach key waits to be sent with what comes next; see ``unlessAlone(_:)``.
    private let holdsKey = Mutex(false)
    /// How the exec ended, once that was found out.
    private let found = Mutex<EngineExecResult?>(nil)

    init(
        _ connection: SwitchedStream<HijackedChannelHandler>, inspector: ExecInspector, resizer: ExecResizer,
        inputPieceBytes: Int
    ) {
        self.connection = connection
        self.inspector = inspector
        self.resizer = resizer
        self.inputPieceBytes = inputPieceBytes
    }

    /// How the exec ended. Before ``nextOutput()`` has returned nil, this is `lost`.
    public var result: EngineExecResult {
        found.withLock { $0 } ?? .lost("the exec stream has not ended")
    }

    /// The next piece of output, in the order in which it came, or nil at the end; then the result is known, too.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    public func nextOutput() async -> ProgramOutput? {
        if let output = await connection.nextOutput() { return output }
        if let ending = connection.ending, found.withLock({ $0 == nil }) {
            let result = await result(of: ending)
            // Of several results the first counts.
            found.withLock { if $0 == nil { $0 = result } }
        }
        return nil
    }

    /// Sends bytes to the program's stdin; returns when they are on their way or safely within the input bound, not
    /// when the program has read them.
    ///
    /// Suspends while the connection takes no more.
    /// - Throws: ``StreamInputError/closed`` if the stream has ended or its input was closed,
    ///   ``StreamInputError/cancelled`` if the task was cancelled, which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(StreamInputError) {
        try await connection.write(unlessAlone(bytes), pieceBytes: inputPieceBytes) { ByteBuffer(bytes: $0) }
    }

    /// The bytes to send now: a first detach key that would travel alone goes with the next ones.
    ///
    /// Podman would keep it until then anyway, and pass both on as one message, which is a byte longer than what its
    /// monitor (conmon 2.1) takes: in the middle of a transfer that byte would be lost.
    private func unlessAlone(_ bytes: [UInt8]) -> [UInt8] {
        holdsKey.withLock { holdsKey in
            var all = holdsKey ? [EngineExec.firstDetachKey] + bytes : bytes
            holdsKey = all.count % inputPieceBytes == 1 && all.last == EngineExec.firstDetachKey
            if holdsKey { all.removeLast() }
            return all
        }
    }

    /// Ends the program's stdin behind all that was written; output goes on.
    ///
    /// Not for a terminal: it has no end of input, its user types it.
    /// - Throws: What ``write(_:)`` throws.
    public func closeInput() async throws(StreamInputError) {
        if holdsKey.withLock({ exchange(&$0, with: false) }) {
            let key = [EngineExec.firstDetachKey]
            try await connection.write(key, pieceBytes: inputPieceBytes) { ByteBuffer(bytes: $0) }
        }
        try await connection.closeInput { $0.closeInput() }
    }

    /// Tells the terminal's new size, in characters; clamped to 1...65535. Does nothing without a terminal.
    /// Sizes that follow each other faster than they can be told are skipped, all but the last.
    public func resize(columns: Int, rows: Int) {
        resizer.resize(to: TerminalSize(columns: columns, rows: rows))
    }

    /// Closes the connection. The result is `lost` with this reason, unless it is known already.
    public func close(reason: String = "closed by this side") {
        resizer.stop()
        connection.close(reason: reason)
    }

    /// The number of bytes of output that were read from the socket and not taken yet.
    var pendingOutputBytes: Int { connection.pendingOutputBytes }

    private func result(of ending: StreamEnding) async -> EngineExecResult {
        resizer.stop()
        switch ending {
        case .complete: return await inspector.result()
        case .refused(let words): return .failed(inspector.failure(words))
        case .broken(let words): return .lost(words)
        }
    }
}
