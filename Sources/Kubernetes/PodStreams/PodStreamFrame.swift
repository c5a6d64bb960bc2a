import NIOCore
import NIOWebSocket

/// Client frames of a stream to a pod (RFC 6455 section 5.2): masked, final, never fragmented.
///
/// The server (golang.org/x/net/websocket) doesn't reassemble: it would take the first byte of a continuation for a
/// channel number.
enum PodStreamFrame {
    /// The largest payload sent in one frame, the channel byte included; client-go's buffer size.
    static let maximumPayloadBytes = 32 << 10
    /// The largest number of stream bytes in one frame.
    static let maximumDataBytes = maximumPayloadBytes - 1

    /// A data message on a channel. At most ``maximumDataBytes`` bytes.
    static func message(channel: UInt8, _ bytes: ArraySlice<UInt8>) -> ByteBuffer {
        let mask = UInt32.random(in: .min ... .max)
        var frame = header(opcode: .binary, payloadBytes: bytes.count + 1, mask: mask)
        frame.writeInteger(channel ^ UInt8(truncatingIfNeeded: mask >> 24))
        // The channel byte used up the mask's first byte.
        frame.writeMasked(bytes, mask: mask << 8 | mask >> 24)
        return frame
    }

    /// A data message without even a channel byte. The server takes it for a sign of life and drops it before it
    /// looks at any channel, so that it is harmless with and without terminal and after the end of stdin
    /// (apimachinery `wsstream.Conn.handle`).
    static func emptyMessage() -> ByteBuffer {
        header(opcode: .binary, payloadBytes: 0, mask: UInt32.random(in: .min ... .max))
    }

    /// A control frame. At most 125 bytes (RFC 6455 section 5.5).
    static func control(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> ByteBuffer {
        let mask = UInt32.random(in: .min ... .max)
        var frame = header(opcode: opcode, payloadBytes: payload.count, mask: mask)
        frame.writeMasked(payload[...], mask: mask)
        return frame
    }

    private static func header(opcode: WebSocketOpcode, payloadBytes: Int, mask: UInt32) -> ByteBuffer {
        let longestHeader = 8
        var frame = ByteBufferAllocator().buffer(capacity: longestHeader + payloadBytes)
        frame.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        if payloadBytes <= 125 {
            frame.writeInteger(0x80 | UInt8(payloadBytes))
        } else {
            frame.writeInteger(0x80 | 126 as UInt8)
            frame.writeInteger(UInt16(payloadBytes))
        }
        frame.writeInteger(mask)
        return frame
    }
}

extension ByteBuffer {
    /// Appends bytes, masked with the key whose first byte is the integer's most significant one, eight at a time.
    fileprivate mutating func writeMasked(_ bytes: ArraySlice<UInt8>, mask: UInt32) {
        guard !bytes.isEmpty else { return }
        let wideMask = UInt64(mask.bigEndian) << 32 | UInt64(mask.bigEndian)
        writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count) { target in
            bytes.withUnsafeBytes { source in
                var index = 0
                while index + 8 <= source.count {
                    let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    target.storeBytes(of: word ^ wideMask, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < source.count {
                    target[index] = source[index] ^ UInt8(truncatingIfNeeded: mask >> (8 * (3 - index % 4)))
                    index += 1
                }
            }
            return bytes.count
        }
    }
}
