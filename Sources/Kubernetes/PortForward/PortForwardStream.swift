/// One TCP connection to a port inside a pod, over one WebSocket.
///
/// All methods may be called from any task; input has one reader at a time. Nothing of the protocol says that one side
/// will send no more while the other still does: the connection ends in both directions at once.
public final class PortForwardStream: Sendable {
    private let stream: ExecStream

    init(_ stream: ExecStream) {
        self.stream = stream
    }

    /// The next bytes from the pod, or nil at the end. The socket is read only as fast as they are taken. If the task is
    /// cancelled, the connection is closed and nil is returned.
    public func read() async -> [UInt8]? {
        guard case .stdout(let bytes)? = await stream.nextOutput() else { return nil }
        return bytes
    }

    /// Sends bytes to the pod; suspends while the connection takes no more.
    ///
    /// - Throws: ``ExecError/closed`` if the connection has ended, ``ExecError/cancelled`` if the task was cancelled,
    ///   which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(ExecError) {
        try await stream.write(bytes)
    }

    /// Why the connection has ended without a byte from the pod; nil while it has not.
    public var failure: String? {
        guard case .lost(let reason)? = stream.end else { return nil }
        return reason
    }
}
