import NIOCore
import NIOWebSocket

/// Turns the server's frames (RFC 6455 section 5) into pieces of messages. A value without I/O.
///
/// Fragments are passed on as they come, under the channel that the first of them named.
struct MessageReader {
    /// What a frame carries.
    enum Item {
        /// A piece of a message on a channel; never empty.
        case data(channel: UInt8, ByteBuffer)
        /// Everything else.
        case event(PodStreamEvent)
    }

    private enum Message {
        /// The next data frame starts a message.
        case none
        /// A message has begun, its channel byte is still to come.
        case begun
        /// A message on this channel goes on.
        case on(UInt8)
    }

    private var message = Message.none

    /// The next frame from the server.
    mutating func read(_ frame: WebSocketFrame) -> Item {
        switch frame.opcode {
        case .binary:
            guard case .none = message else { return .event(.violation("a message began within another")) }
            message = .begun
            return readData(frame)
        case .continuation:
            if case .none = message { return .event(.violation("a continuation without a beginning")) }
            return readData(frame)
        case .ping:
            return .event(.ping(Array(frame.unmaskedData.readableBytesView)))
        case .pong:
            return .event(.pong(Array(frame.unmaskedData.readableBytesView)))
        case .connectionClose:
            return .event(.close(Self.closeReason(frame.unmaskedData)))
        case .text:
            return .event(.violation("a text message, where all messages are binary"))
        default:
            let opcode = UInt8(webSocketOpcode: frame.opcode)
            return .event(.violation("a frame with the unknown opcode \(opcode)"))
        }
    }

    private mutating func readData(_ frame: WebSocketFrame) -> Item {
        var data = frame.unmaskedData
        if case .begun = message, let channel = data.readInteger(as: UInt8.self) {
            message = .on(channel)
        }
        defer {
            if frame.fin { message = .none }
        }
        // The first message on each channel of an exec is an empty one that says "established".
        guard case .on(let channel) = message, data.readableBytes > 0 else { return .event(.nothing) }
        return .data(channel: channel, data)
    }

    private static func closeReason(_ payload: ByteBuffer) -> String {
        var payload = payload
        guard let code = payload.readInteger(as: UInt16.self) else { return "without a reason" }
        let words = String(decoding: payload.readableBytesView, as: UTF8.self)
        return words.isEmpty ? "with code \(code)" : "with code \(code): \(words)"
    }
}
