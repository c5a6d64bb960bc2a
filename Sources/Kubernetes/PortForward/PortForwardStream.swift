public import Upstream

/// One TCP connection to a port inside a pod, over one WebSocket.
///
/// All methods may be called from any task; input has one reader at a time. Nothing of the protocol says that one side
/// will send no more while the other still does: the connection ends in both directions at once.
public struct PortForwardStream: Sendable {
    let stream: PodStream

    /// The next bytes from the pod, or nil at the end. The socket is read only as fast as they are taken. If the task is
    /// cancelled, the connection is closed and nil is returned.
    public func read() async -> [UInt8]? {
        guard case .stdout(let bytes)? = await stream.connection.nextOutput() else { return nil }
        return bytes
    }

    /// Sends bytes to the pod; suspends while the connection takes no more.
    ///
    /// - Throws: ``StreamInputError/closed`` if the connection has ended, ``StreamInputError/cancelled`` if the task was cancelled,
    ///   which closes the connection.
    public func write(_ bytes: [UInt8]) async throws(StreamInputError) {
        try await stream.write(bytes)
    }

    /// Returns when bytes have come from the pod or the connection has ended, in which case ``failure`` is known; takes
    /// nothing. If the task is cancelled, it returns at once, and the connection stays as it is.
    public func awaitSign() async {
        await stream.connection.awaitSign()
    }

    /// Why there is no connection, once nothing more is to be read; nil while there is one, and if it has ended in good
    /// order.
    public var failure: String? {
        guard case .lost(let reason)? = stream.connection.ending else { return nil }
        return reason
    }
}
