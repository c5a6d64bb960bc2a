import NIOWebSocket
import Upstream

/// Gives the frames of a WebSocket to a pod their meaning: an exec's streams and status, or a forwarded connection.
/// A value without I/O.
protocol PodStreamDecoder {
    /// The next frame from the server.
    mutating func decode(_ frame: WebSocketFrame) -> PodStreamEvent
    /// How the stream ended, now that no more frames come.
    ///
    /// - Parameter otherwise: What to say if the server has not said it.
    func result(otherwise: String) -> ExecResult
}

/// What a frame means for the stream.
enum PodStreamEvent: Equatable {
    /// Nothing: an empty message, or a channel that concerns nobody.
    case nothing
    /// The pod wrote something.
    case output(ProgramOutput)
    /// The status is complete.
    case status
    /// To be answered with a pong of the same payload.
    case ping([UInt8])
    /// The answer to our ping of this payload.
    case pong([UInt8])
    /// The server closes the connection, for the reason given.
    case close(String)
    /// The server broke the protocol.
    case violation(String)
}
