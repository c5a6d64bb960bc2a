public import Upstream

/// The standard streams of one command running in a container, over one WebSocket.
///
/// All methods may be called from any task; output has one consumer at a time. Nothing here hops to another
/// executor: a caller that has to wait is resumed on its own.
public struct ExecStream: Sendable {
    let stream: PodStream

    /// True if the command's stdin can be ended while its output goes on (`v5.channel.k8s.io`, clusters from 1.30).
    public var supportsHalfClose: Bool { stream.subprotocol.supportsHalfClose }

    /// How the exec ended. Before ``nextOutput()`` has returned nil, this is `lost`.
    public var result: ExecResult {
        stream.connection.ending ?? .lost("the exec stream has not ended")
    }

    /// The next piece of output, in the order in which it came, or nil at the end.
    ///
    /// The socket is read only as fast as output is taken. If the task is cancelled, the connection is closed and
    /// nil is returned.
    public func nextOutput() async -> ProgramOutput? {
        await stream.connection.nextOutput()
    }

    /// Sends bytes to the command's stdin; returns when they are on their way or safely within the input bound,
    /// not when the command has read them.
    ///
    /// Suspends while the connection takes no more.
    /// - Throws: ``StreamInputError/closed`` if the stream has ended or its stdin was closed, ``StreamInputError/cancelled`` if
    ///   the task was cancelled, which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(StreamInputError) {
        try await stream.write(bytes)
    }

    /// Ends the command's stdin; output goes on.
    ///
    /// - Throws: ``StreamInputError/unsupported(_:)`` if ``supportsHalfClose`` is false, else what ``write(_:)`` throws.
    public func closeStdin() async throws(StreamInputError) {
        guard supportsHalfClose else {
            throw .unsupported("the API server's exec has no way to end stdin (\(stream.subprotocol.rawValue))")
        }
        try await stream.closeInput()
    }

    /// Closes the connection: output ends, and the result is `lost` for this reason unless the server has told another.
    /// Does not end the command.
    public func close(reason: String) {
        stream.close(reason: reason)
    }

    /// Tells the terminal's new size, in characters; clamped to 1...65535. Does nothing without a terminal.
    /// Sizes that follow each other faster than they can be sent are skipped, all but the last.
    public func resize(columns: Int, rows: Int) {
        let size = TerminalSize(columns: columns, rows: rows)
        stream.connection.onEventLoop { $0.resize(size) }
    }
}
