/// Why a handshake came to no answer.
package enum HandshakeFailure: Error, Hashable, CustomStringConvertible {
    /// Connecting and the answer took longer than this together.
    case timeout(Duration)
    /// The answer's head is longer than is taken.
    case headTooLong

    /// The reason in one sentence.
    package var description: String {
        switch self {
        case .timeout(let limit): "no answer to the handshake within \(limit)"
        case .headTooLong: "the head of the answer is longer than any such server's"
        }
    }
}
