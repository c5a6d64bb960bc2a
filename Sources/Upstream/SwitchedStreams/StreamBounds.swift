/// The bounds of a stream that a connection is switched to. Tests shorten them.
public struct StreamBounds: Sendable {
    /// How long connecting, TLS and the answer to the handshake may take together. An API server itself waits up to 30 s
    /// for the kubelet to create the streams, and a loaded host needs seconds to start a process in a container.
    public var handshakeTimeout: Duration = .seconds(35)
    /// How much of the body of an answer that refuses something is read, in bytes; it is a few sentences.
    public var maximumRefusalBytes = 64 << 10
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

    /// The defaults.
    public init() {}
}
