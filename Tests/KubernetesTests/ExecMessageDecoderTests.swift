import NIOCore
import NIOWebSocket
import Testing
import Upstream

@testable import Kubernetes

@Suite("The decoder of exec messages")
struct ExecMessageDecoderTests {
    private func frame(_ bytes: [UInt8], _ opcode: WebSocketOpcode = .binary, fin: Bool = true) -> WebSocketFrame {
        WebSocketFrame(fin: fin, opcode: opcode, data: ByteBuffer(bytes: bytes))
    }

    private func status(_ json: String) -> WebSocketFrame { frame([3] + Array(json.utf8)) }

    private func makeDecoder() -> ExecMessageDecoder { ExecMessageDecoder(maximumStatusBytes: 1000) }

    @Test("tells the channels apart and takes empty messages for nothing")
    func channels() {
        var decoder = makeDecoder()
        for channel: UInt8 in 0...4 { #expect(decoder.decode(frame([channel])) == .nothing) }
        #expect(decoder.decode(frame([])) == .nothing)
        #expect(decoder.decode(frame([1, 65, 66])) == .output(.stdout([65, 66])))
        #expect(decoder.decode(frame([2, 67])) == .output(.stderr([67])))
        #expect(decoder.decode(frame([9, 67])) == .nothing)
        #expect(decoder.decode(frame([1, 2], .ping)) == .ping([1, 2]))
        #expect(decoder.decode(frame([1, 2], .pong)) == .pong([1, 2]))
    }

    @Test("passes fragments on under the channel of the first, also when control frames come between")
    func fragments() {
        var decoder = makeDecoder()
        #expect(decoder.decode(frame([2, 1], fin: false)) == .output(.stderr([1])))
        #expect(decoder.decode(frame([7], .ping)) == .ping([7]))
        #expect(decoder.decode(frame([1, 3], .continuation, fin: false)) == .output(.stderr([1, 3])))
        #expect(decoder.decode(frame([], .continuation)) == .nothing)
        #expect(decoder.decode(frame([], fin: false)) == .nothing)
        #expect(decoder.decode(frame([1, 9], .continuation)) == .output(.stdout([9])))
        #expect(decoder.decode(frame([1, 8])) == .output(.stdout([8])))
    }

    @Test("calls a broken protocol what it is")
    func violations() {
        var decoder = makeDecoder()
        #expect(decoder.decode(frame([1], .continuation)) == .violation("a continuation without a beginning"))
        #expect(decoder.decode(frame([65], .text)) == .violation("a text message, where all messages are binary"))
        #expect(decoder.decode(frame([1, 1], fin: false)) == .output(.stdout([1])))
        #expect(decoder.decode(frame([1, 1])) == .violation("a message began within another"))
        var other = makeDecoder()
        let long = [3] + [UInt8](repeating: 32, count: 1001)
        #expect(other.decode(frame(long)) == .violation("a status longer than 1000 bytes"))
        #expect(other.result(otherwise: "x") == .lost("x"))
    }

    @Test("says exit code 0 only on an explicit Success")
    func success() {
        var decoder = makeDecoder()
        #expect(decoder.result(otherwise: "cut") == .lost("cut"))
        #expect(decoder.decode(status(#"{"metadata":{},"status":"Success"}"#)) == .status)
        #expect(decoder.result(otherwise: "cut") == .exited(code: 0))
        for json in [
            "{}", #"{"status":"success"}"#, #"{"status":"Failure"}"#, #"{"status":null}"#,
            #"{"status":"Failure","reason":"NonZeroExitCode"}"#,
            #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"0"}]}}"#,
            #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}"#,
            #"{"status":"Failure","reason":"InternalError","message":"no such file"}"#,
        ] {
            var decoder = makeDecoder()
            #expect(decoder.decode(status(json)) == .status)
            guard case .failed = decoder.result(otherwise: "cut") else {
                Issue.record("\(json) became \(decoder.result(otherwise: "cut"))")
                continue
            }
        }
    }

    @Test("collects a status from pieces, and does not guess at half of one")
    func statusInPieces() {
        let json = Array(
            #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}"#
                .utf8)
        var decoder = makeDecoder()
        for byte in json.dropLast() { #expect(decoder.decode(frame([3, byte])) == .nothing) }
        #expect(decoder.result(otherwise: "cut") == .lost("cut; the status it sent can't be read"))
        #expect(decoder.decode(frame([3, json[json.count - 1]])) == .status)
        #expect(decoder.result(otherwise: "cut") == .exited(code: 7))
    }

    @Test("gives the reason of a close")
    func close() {
        var decoder = makeDecoder()
        #expect(decoder.decode(frame([], .connectionClose)) == .close("without a reason"))
        #expect(decoder.decode(frame([3, 232], .connectionClose)) == .close("with code 1000"))
        #expect(decoder.decode(frame([3, 233, 98, 121, 101], .connectionClose)) == .close("with code 1001: bye"))
    }
}
