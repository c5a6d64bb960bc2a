import Logging
import Testing

@testable import Telemetry

@Suite("Text log handler")
struct TextLogHandlerTests {
    static func line(_ message: String, _ metadata: Logger.Metadata) -> String {
        let event = JSONLogHandlerTests.event(message, metadata)
        let line = LogLine(event, label: "l", timestamp: Timestamp(milliseconds: 0), base: [:], provider: nil)
        return String(decoding: TextLogHandler.encode(line), as: UTF8.self)
    }

    @Test("A line is for people: time, level, message, metadata")
    func wholeLine() {
        let metadata: Logger.Metadata = [
            "n": .stringConvertible(2), "who": "Ada L", "list": ["a", "b"], "nested": ["k": "v"], "none": "",
        ]
        #expect(
            Self.line("Hello there", metadata)
                == "1970-01-01T00:00:00.000Z INFO     Hello there list=[a, b] n=2 nested.k=v none=\"\" who=\"Ada L\"\n")
    }

    @Test("What a client sent cannot steer the terminal or begin a line of its own")
    func escaping() {
        let line = Self.line("a\u{1B}[2Jb\n2026 fake", ["k": "x\r\u{9B}\u{202E}y", "ключ": "значение"])
        #expect(
            line.hasSuffix("INFO     a\\u{1B}[2Jb\\n2026 fake k=\"x\\r\\u{9B}\\u{202E}y\" ключ=значение\n")
                || line.hasSuffix("INFO     a\\u{1B}[2Jb\\n2026 fake k=\"x\\r\\u{009B}\\u{202E}y\" ключ=значение\n"))
        #expect(line.unicodeScalars.filter { $0.properties.generalCategory == .control } == ["\n"])
    }
}
