import NIOCore
import Testing

@testable import DockerEngine
@testable import Upstream

@Suite("The frames of a hijacked connection")
struct HijackedFrameDecoderTests {
    /// A frame as the engine sends it.
    static func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
        [stream, 0, 0, 0] + withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian, Array.init) + Array(text.utf8)
    }

    /// What these pieces come to, with output of the same stream joined.
    private func decode(_ pieces: [[UInt8]], tty: Bool = false) -> (items: [HijackedFrameDecoder.Item], isComplete: Bool) {
        var decoder = HijackedFrameDecoder(tty: tty)
        var buffer = ByteBuffer()
        var items: [HijackedFrameDecoder.Item] = []
        for piece in pieces {
            buffer.writeBytes(piece)
            while let item = decoder.next(from: &buffer) {
                if case .output(let output) = item, case .output(var last)? = items.last, last.append(output) {
                    items[items.count - 1] = .output(last)
                } else {
                    items.append(item)
                }
                if case .violation = item { return (items, false) }
            }
        }
        return (items, decoder.isComplete(leaving: buffer))
    }

    @Test("are the same wherever the bytes are split")
    func splits() {
        let bytes = Self.frame(1, "out") + Self.frame(2, "err") + Self.frame(1, "") + Self.frame(0, "more")
        let expected: [HijackedFrameDecoder.Item] = [
            .output(.stdout(Array("out".utf8))), .output(.stderr(Array("err".utf8))),
            .output(.stdout(Array("more".utf8))),
        ]
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                let decoded = decode(pieces)
                #expect(decoded.items == expected)
                #expect(decoded.isComplete)
            }
        }
        #expect(decode(bytes.map { [$0] }).items == expected)
    }

    @Test("that are cut are told from those that have ended")
    func cuts() {
        let bytes = Self.frame(1, "out")
        for length in 1..<bytes.count {
            #expect(!decode([Array(bytes.prefix(length))]).isComplete)
        }
        #expect(decode([]).isComplete)
    }

    @Test("carry the engine's own words apart from the program's")
    func engineError() {
        let decoded = decode([Self.frame(1, "out"), Self.frame(3, "the container is gone")])
        #expect(decoded.items.last == .engineError("the container is gone"))
    }

    @Test("that are none are refused")
    func violations() {
        for bytes: [UInt8] in [Array("HTTP/1.1".utf8), [4, 0, 0, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 0, 0, 1]] {
            guard case .violation? = decode([bytes]).items.first else {
                Issue.record("\(bytes) was taken")
                continue
            }
        }
    }

    @Test("are not looked for in a terminal's bytes")
    func terminal() {
        let bytes = Self.frame(2, "x")
        #expect(decode([bytes], tty: true).items == [.output(.stdout(bytes))])
    }
}
