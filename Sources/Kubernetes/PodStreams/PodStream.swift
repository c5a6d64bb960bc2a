import Upstream

/// The tasks' end of one WebSocket to a pod, behind ``ExecStream`` and ``PortForwardStream``.
struct PodStream: Sendable {
    let connection: SwitchedStream<PodStreamHandler>
    /// What both sides speak.
    let subprotocol: PodStreamSubprotocol

    /// Sends bytes as ``SwitchedStream/write(_:pieceBytes:_:)`` does.
    func write(_ bytes: [UInt8]) async throws(StreamInputError) {
        try await connection.write(bytes, pieceBytes: PodStreamFrame.maximumDataBytes) {
            PodStreamFrame.message(channel: ExecChannel.stdin, $0)
        }
    }

    /// Ends the input, where the subprotocol can; output goes on.
    func closeInput() async throws(StreamInputError) {
        let frame = PodStreamFrame.message(channel: ExecChannel.close, [ExecChannel.stdin])
        try await connection.closeInput { $0.sendInput(frame, byteCount: 0) }
    }

    /// Closes the connection. The result is what the server said before, or `lost` with this reason.
    func close(reason: String = "closed by this side") {
        connection.close(reason: reason)
    }
}
