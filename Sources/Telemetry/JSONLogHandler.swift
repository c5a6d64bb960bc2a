public import Logging

/// Writes each event as one JSON object on a line: `ts`, `level`, `label`, `message`, then the metadata.
///
/// Metadata keys stand beside the fixed ones, nested dictionaries as dotted keys. A metadata key with the name of a
/// fixed one is written with `metadata.` before it, so that no key is there twice.
public struct JSONLogHandler: LogHandler {
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

    private static let fixedKeys: Set = ["ts", "level", "label", "message"]

    static func encode(_ line: LogLine) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("ts", .text(line.timestamp.rfc3339))
        json.member("level", .text(line.level.rawValue))
        json.member("label", .text(line.label))
        json.member("message", .text(line.message))
        var last: String?
        for (key, value) in line.fields where key != last {
            json.member(fixedKeys.contains(key) ? "metadata.\(key)" : key, value)
            last = key
        }
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
