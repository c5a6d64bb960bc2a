package import NIOCore
package import NIOHTTP1

/// An answer that does not switch the connection's protocol.
package struct Refusal: Sendable {
    /// The answer's head.
    package var head: HTTPResponseHead
    /// Its body, up to a limit.
    package var body: ByteBuffer
}
