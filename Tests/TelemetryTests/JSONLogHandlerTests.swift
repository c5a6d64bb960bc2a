import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite("JSON log handler")
struct JSONLogHandlerTests {
    struct Failure: Error, CustomStringConvertible { let description: String }

    static func event(_ message: String, _ metadata: Logger.Metadata? = nil, error: (any Error)? = nil) -> LogEvent {
        LogEvent(
            level: .info, message: "\(message)", error: error, metadata: metadata, source: nil, file: "f",
            function: "g",
            line: 1)
    }

    static func line(_ event: LogEvent, base: Logger.Metadata = [:], provider: Logger.MetadataProvider? = nil) -> String {
        let timestamp = Timestamp(milliseconds: 1_769_903_999_042)
        let line = LogLine(event, label: "labgate", timestamp: timestamp, base: base, provider: provider)
        return String(decoding: JSONLogHandler.encode(line), as: UTF8.self)
    }

    @Test("An event is one line with the fixed keys first and the metadata flattened and sorted")
    func wholeLine() {
        let metadata: Logger.Metadata = [
            "connection": ["id": "c1", "peer": ["port": .stringConvertible(22)]],
            "tries": ["a", .stringConvertible(2)],
            "ok": .stringConvertible(true), "load": .stringConvertible(0.5), "nan": .stringConvertible(Double.nan),
            "empty": [:], "student": "edu01",
        ]
        #expect(
            Self.line(Self.event("Accepted", metadata))
                == #"{"ts":"2026-01-31T23:59:59.042Z","level":"info","label":"labgate","message":"Accepted","#
                + #""connection.id":"c1","connection.peer.port":22,"empty":{},"load":0.5,"nan":"nan","ok":true,"#
                + #""student":"edu01","tries":["a",2]}"# + "\n")
    }

    @Test("Every character survives, and none breaks the line")
    func escaping() throws {
        let everything = String(String.UnicodeScalarView((0...0x2FFF).compactMap(Unicode.Scalar.init))) + "😀\u{10FFFF}"
        let line = Self.line(Self.event(everything, ["k\"\n": .string(everything)]))
        #expect(line.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        #expect(line.unicodeScalars.filter { $0.properties.generalCategory == .control } == ["\n"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["message"] as? String == everything)
        #expect(object["k\"\n"] as? String == everything)
    }

    @Test("Metadata of the event goes before the provider's, and that before the logger's own")
    func precedence() {
        let provider = Logger.MetadataProvider { ["b": "provider", "c": "provider"] }
        let base: Logger.Metadata = ["a": "base", "b": "base", "c": "base"]
        let line = Self.line(Self.event("m", ["c": "event"]), base: base, provider: provider)
        #expect(line.contains(#""a":"base","b":"provider","c":"event"}"#))
    }

    @Test("Metadata with the name of a fixed key does not hide it")
    func fixedKeys() {
        let line = Self.line(Self.event("m", ["message": "x", "ts": "y"]))
        #expect(line.contains(#""message":"m","metadata.message":"x","metadata.ts":"y"}"#))
    }

    @Test("An error of the event is written too")
    func errors() {
        #expect(Self.line(Self.event("m", error: Failure(description: "no\ndice"))).contains(#""error":"no\ndice"}"#))
    }

    @Test("A logger writes each event whole to its descriptor, and nothing below its level")
    func endToEnd() async throws {
        let pipe = Pipe()
        let output = LogOutput(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        var logger = Logger(label: "l") { JSONLogHandler(label: $0, level: .info, output: output) }
        logger[metadataKey: "connection.id"] = "c1"
        logger.debug("hidden")
        logger.info("one")
        logger.error("two", metadata: ["n": .stringConvertible(2)])
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix(#""level":"info","label":"l","message":"one","connection.id":"c1"}"#) == true)
        #expect(lines.last?.hasSuffix(#""message":"two","connection.id":"c1","n":2}"#) == true)
    }

    @Test("A line longer than a pipe holds arrives whole at a reader that is slow, also through a non-blocking end")
    func longLine() async throws {
        let pipe = Pipe()
        let writing = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        let logger = Logger(label: "l") { JSONLogHandler(label: $0, output: LogOutput(fileDescriptor: writing)) }
        let message = String(repeating: "x", count: 300_000)
        async let read = pipe.fileHandleForReading.readToEnd()
        logger.info("\(message)")
        try pipe.fileHandleForWriting.close()
        #expect(try await read?.count ?? 0 > message.count)
    }
}
