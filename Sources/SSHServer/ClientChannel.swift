/// One channel of a client's (RFC 4254 §5), in the hands of whoever serves it: a session channel (§6.1), or a forwarded
/// TCP connection (§7.2), which has neither events nor a standard error.
///
/// Backpressure: input stays with the client until it is read; a write returns when the client has room for more.
/// One reader, one event reader, and any number of writers (first come, first served) at a time.
public struct ClientChannel: Sendable {
    let connection: Connection
    let id: Int

    /// Unique within the connection; for logs.
    public var number: Int { id }

    /// Bytes returned by one `read` at the most: what one frame of an exec stream carries.
    public static let maximumReadByteCount = 32 * 1024 - 1

    /// The next bytes of the client; nil after its EOF, when the channel is closed, or on cancellation.
    public func read() async -> [UInt8]? {
        await connection.read(from: id)
    }

    /// Lets what the client still sends lie: from now on `read` returns nil, also for one who waits in it.
    public func endReading() async {
        await connection.endReading(of: id)
    }

    /// The next thing that happens besides bytes; nil when the client has closed the channel, or on cancellation.
    public func nextEvent() async -> SessionEvent? {
        await connection.nextEvent(of: id)
    }

    /// Sends bytes to the client, and returns when they are on their way.
    ///
    /// - Throws: `ChannelClosed` when the client is gone.
    public func write(_ bytes: [UInt8], to stream: OutputStream = .standardOutput) async throws(ChannelClosed) {
        guard await connection.write(bytes, to: stream, of: id) else { throw ChannelClosed() }
    }
}

/// The client has closed the channel, or its connection is gone.
public struct ChannelClosed: Error {}
