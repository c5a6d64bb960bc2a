/// A client's wish for a TCP connection from the server's side (`direct-tcpip`, RFC 4254 §7.2), not answered yet.
public struct ForwardingRequest: Sendable {
    let connection: Connection
    let id: Int

    /// Where the connection shall lead: a name or an address as the client sent it, and a TCP port.
    public let destination: (host: String, port: Int)
    /// Where it comes from, as the client says; for logs.
    public let originator: (host: String, port: Int)

    /// Unique within the connection; for logs.
    public var number: Int { id }

    /// Waits until the client is gone; returns if the request is answered first, or on cancellation. For one task at a
    /// time: before a long wait for the far side, which is then of no use.
    ///
    /// - Throws: `ChannelClosed` when the client is gone.
    public func waitUntilGone() async throws(ChannelClosed) {
        if await connection.waitUntilGone(id) { throw ChannelClosed() }
    }

    /// Confirms the channel: the far side is connected.
    ///
    /// - Throws: `ChannelClosed` when the client is gone.
    public func accept() async throws(ChannelClosed) -> ClientChannel {
        guard await connection.acceptForwarding(id) else { throw ChannelClosed() }
        return ClientChannel(connection: connection, id: id)
    }
}
