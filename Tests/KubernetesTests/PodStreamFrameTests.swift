import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing
import Upstream

@testable import Kubernetes

@Suite("A client frame of a stream to a pod")
struct PodStreamFrameTests {
    private func decode(_ bytes: ByteBuffer) throws -> WebSocketFrame {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)))
        try channel.writeInbound(bytes)
        let frame = try #require(try channel.readInbound(as: WebSocketFrame.self))
        try #expect(channel.finish().isClean)
        return frame
    }

    @Test(
        "is one final, masked, binary frame that unmasks to channel and bytes",
        arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 124, 125, 126, 127, 1000, 32767])
    func message(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let frame = try decode(PodStreamFrame.message(channel: 255, bytes[...]))
        #expect(frame.fin)
        #expect(frame.opcode == .binary)
        #expect(frame.maskKey != nil)
        #expect(Array(frame.unmaskedData.readableBytesView) == [255] + bytes)
    }

    @Test("uses another mask each time")
    func masks() throws {
        let frames = (0..<16).map { _ in PodStreamFrame.message(channel: 0, [0, 0, 0, 0][...]) }
        #expect(Set(frames).count == frames.count)
    }

    @Test("may be a control frame or carry nothing at all")
    func others() throws {
        let ping = try decode(PodStreamFrame.control(.ping, [1, 2, 3, 4]))
        #expect(ping.opcode == .ping)
        #expect(Array(ping.unmaskedData.readableBytesView) == [1, 2, 3, 4])
        let empty = try decode(PodStreamFrame.emptyMessage())
        #expect(empty.opcode == .binary)
        #expect(empty.maskKey != nil)
        #expect(empty.length == 0)
    }

    @Test(
        "with a size is clamped to what the server can read",
        arguments: [
            (80, 24, "{\"Width\":80,\"Height\":24}\n"), (0, -5, "{\"Width\":1,\"Height\":1}\n"),
            (65536, Int.max, "{\"Width\":65535,\"Height\":65535}\n"),
        ])
    func sizes(columns: Int, rows: Int, message: String) {
        #expect(TerminalSize(columns: columns, rows: rows).message == Array(message.utf8))
    }
}
