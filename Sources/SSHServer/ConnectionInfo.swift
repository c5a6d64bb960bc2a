/// What is known of a connection before anyone is authenticated.
public struct ConnectionInfo: Sendable {
    /// Random, short enough to be read out on the phone; on every log line of the connection.
    public let id: String
    /// The client's end.
    public let remote: SocketAddress
    /// The server's end.
    public let local: SocketAddress

    init(remote: SocketAddress, local: SocketAddress) {
        let random = String(UInt64.random(in: 0...UInt64.max) & 0xff_ffff_ffff, radix: 16)
        id = String(repeating: "0", count: 10 - random.count) + random
        self.remote = remote
        self.local = local
    }
}
