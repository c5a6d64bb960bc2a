public import Logging

/// Writes each event as a line for people: time, level, message, then the metadata as `key=value`.
///
/// Control characters are shown escaped: what a client sends cannot steer the terminal that the log is read on.
public struct TextLogHandler: LogHandler {
    /// Least important level that is written.
    public var logLevel: Logger.Level
    /// Metadata of every event.
    public var metadata: Logger.Metadata = [:]
    /// Metadata that is asked for at every event.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let output: LogOutput

    /// Makes a handler for the logger of this label.
    public init(
        label: String,
        level: Logger.Level = .info,
        output: LogOutput = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.logLevel = level
        self.output = output
        self.metadataProvider = metadataProvider
    }

    /// One of the ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        let line = LogLine(event, label: label, timestamp: .now, base: metadata, provider: metadataProvider)
        output.write(Self.encode(line))
    }

    static func encode(_ line: LogLine) -> [UInt8] {
        let level = line.level.rawValue.uppercased()
        let padded = level + String(repeating: " ", count: max(0, 8 - level.utf8.count))
        let fields = line.fields.map { " \(escaped($0.key))=\(text($0.value))" }.joined()
        return Array("\(line.timestamp.rfc3339) \(padded) \(escaped(line.message))\(fields)\n".utf8)
    }

    private static func text(_ value: LogValue) -> String {
        switch value {
        case .text(let text):
            let needsQuotes = text.isEmpty || text.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
            return needsQuotes ? "\"\(escaped(text).replacing("\"", with: "\\\""))\"" : escaped(text)
        case .integer(let number): return String(number)
        case .double(let number): return String(number)
        case .bool(let flag): return String(flag)
        case .list(let elements): return "[\(elements.map(text).joined(separator: ", "))]"
        case .object(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { "\(escaped($0.key)): \(text($0.value))" }
            return "{\(pairs.joined(separator: ", "))}"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
