/// The bounds and intervals of streams to pods. The defaults suit clusters from 1.20 to 1.36; tests shorten them.
public struct PodStreamConfiguration: Sendable {
    /// How long TCP connect, TLS and the WebSocket handshake may take together. The API server itself waits up to
    /// 30 s for the kubelet to create the streams.
    public var handshakeTimeout: Duration = .seconds(35)
    /// How much of a refused handshake's body is read, in bytes; a `Status` is far smaller.
    public var maximumRefusalBytes = 64 << 10
    /// How often a WebSocket ping is sent. The shortest idle limit seen in front of API servers is 20 s.
    public var pingInterval: Duration = .seconds(15)
    /// After how many ping intervals without a single byte from the server the stream is given up, provided that
    /// the server has read all our input: while the container doesn't read its stdin, no pong can come.
    public var unansweredPingLimit = 4
    /// After how long without a data message a harmless one is sent. The API server cuts a stream after 4 h
    /// without one, and pings don't count.
    public var dataIdleInterval: Duration = .seconds(3600)
    /// How long the connection may stay open after the status message before the stream is ended from our side.
    public var closeTimeout: Duration = .seconds(5)
    /// From how many bytes of output not yet taken by the consumer on the socket isn't read any more.
    public var outputHighWatermark = 256 << 10
    /// Down to how many bytes of output not yet taken it must sink for the socket to be read again.
    public var outputLowWatermark = 64 << 10
    /// Up to how many bytes small pieces of output that have piled up are handed over as one: a consumer that lags pays
    /// per piece. The size of the largest messages that API servers send.
    public var outputPieceBytes = 32 << 10
    /// From how many bytes of input not yet accepted by the kernel on `write` suspends.
    public var inputHighWatermark = 256 << 10
    /// Down to how many bytes of input not yet accepted it must sink for `write` to go on.
    public var inputLowWatermark = 64 << 10
    /// The largest frame taken from the server, in bytes. API servers send at most 32 KiB.
    public var maximumFrameBytes = 1 << 20
    /// The largest status message taken, in bytes.
    public var maximumStatusBytes = 64 << 10

    /// The defaults.
    public init() {}
}
