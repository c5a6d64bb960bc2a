import NIOCore
import NIOWebSocket
import Testing
import Upstream

@testable import Kubernetes

@Suite("The decoder of port-forward messages")
struct PortForwardMessageDecoderTests {
    private func frame(_ bytes: [UInt8], _ opcode: WebSocketOpcode = .binary, fin: Bool = true) -> WebSocketFrame {
        WebSocketFrame(fin: fin, opcode: opcode, data: ByteBuffer(bytes: bytes))
    }

    @Test("takes the port off both channels first, however it is cut")
    func port() {
        var decoder = PortForwardMessageDecoder()
        #expect(decoder.decode(frame([0, 0x61, 0x1E])) == .nothing)
        #expect(decoder.decode(frame([1, 0x61], fin: false)) == .nothing)
        #expect(decoder.decode(frame([0x1E], .continuation)) == .nothing)
        #expect(decoder.decode(frame([0, 65, 66])) == .output(.stdout([65, 66])))
        #expect(decoder.decode(frame([0])) == .nothing)
        #expect(decoder.decode(frame([5, 65])) == .nothing)

        var other = PortForwardMessageDecoder()
        #expect(other.decode(frame([0, 0x61, 0x1E, 65])) == .output(.stdout([65])))
    }

    @Test("ends with the reason that the server gives, and with no more of it than anyone reads")
    func failure() {
        var decoder = PortForwardMessageDecoder()
        #expect(decoder.result(otherwise: "cut") == .lost("cut"))
        #expect(decoder.decode(frame([1, 0x61, 0x1E])) == .nothing)
        #expect(decoder.decode(frame([1] + Array("connection refused".utf8))) == .close("with an error"))
        #expect(decoder.result(otherwise: "cut") == .lost("connection refused"))
        #expect(decoder.decode(frame([1] + [UInt8](repeating: 65, count: 10_000))) == .close("with an error"))
        #expect(decoder.result(otherwise: "") == .lost("connection refused" + String(repeating: "A", count: 4096 - 18)))
    }

    @Test("takes a connection that the server closes without a reason for one that has ended in good order")
    func close() {
        var decoder = PortForwardMessageDecoder()
        #expect(decoder.decode(frame([0x03, 0xE8], .connectionClose)) == .close("with code 1000"))
        #expect(decoder.result(otherwise: "cut") == .exited(code: 0))
        var failed = PortForwardMessageDecoder()
        #expect(failed.decode(frame([1, 0x61, 0x1E] + Array("refused".utf8))) == .close("with an error"))
        #expect(failed.decode(frame([0x03, 0xE8], .connectionClose)) == .close("with code 1000"))
        #expect(failed.result(otherwise: "cut") == .lost("refused"))
    }

    @Test("calls a broken protocol what it is, and passes pings on")
    func others() {
        var decoder = PortForwardMessageDecoder()
        #expect(decoder.decode(frame([7], .ping)) == .ping([7]))
        #expect(decoder.decode(frame([65], .text)) == .violation("a text message, where all messages are binary"))
    }
}
