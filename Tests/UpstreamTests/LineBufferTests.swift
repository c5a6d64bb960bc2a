import NIOCore
import Testing

@testable import Upstream

@Suite("A line buffer")
struct LineBufferTests {
    @Test("finds the same lines however the bytes are cut", arguments: 1...12)
    func chunks(size: Int) throws {
        let text = Array("first\n\nsecond line\nx\nrest".utf8)
        var buffer = LineBuffer(maximumLineBytes: 100)
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            buffer.append(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            while let line = try buffer.next() { lines.append(String(buffer: line)) }
        }
        #expect(lines == ["first", "second line", "x"])
        #expect(buffer.takeRest().map { String(buffer: $0) } == "rest")
        #expect(buffer.takeRest() == nil)
    }

    @Test("begins anew behind what was left")
    func rest() throws {
        var buffer = LineBuffer(maximumLineBytes: 5)
        buffer.append(ByteBuffer(string: "x"))
        try #expect(buffer.next() == nil)
        #expect(buffer.takeRest() == ByteBuffer(string: "x"))
        buffer.append(ByteBuffer(string: "12345\n"))
        try #expect(buffer.next() == ByteBuffer(string: "12345"))
    }

    @Test("refuses a line beyond its bound, ended or not")
    func bound() throws {
        var buffer = LineBuffer(maximumLineBytes: 5)
        buffer.append(ByteBuffer(string: "12345\n123456"))
        try #expect(buffer.next().map { String(buffer: $0) } == "12345")
        #expect(throws: LineBuffer.LineTooLong.self) { try buffer.next() }
        var ended = LineBuffer(maximumLineBytes: 5)
        ended.append(ByteBuffer(string: "123456\n"))
        let refused = #expect(throws: LineBuffer.LineTooLong.self) { try ended.next() }
        #expect(refused?.limit == 5)
    }
}
