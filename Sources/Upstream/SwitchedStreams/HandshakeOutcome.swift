/// What a handshake came to.
package enum HandshakeOutcome<Stream: Sendable>: Sendable {
    /// The connection is the stream's.
    case open(Stream)
    /// The server answered with something else.
    case refused(Refusal)
}
