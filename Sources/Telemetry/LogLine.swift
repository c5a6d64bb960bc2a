import Logging

/// One event with everything known about it, ready to be written.
struct LogLine {
    /// When it happened.
    let timestamp: Timestamp
    let level: Logger.Level
    let label: String
    let message: String
    /// Metadata with nested dictionaries flattened to dotted keys, sorted by key.
    let fields: [(key: String, value: LogValue)]

    /// Gathers the event's metadata over the provider's over the handler's own.
    init(
        _ event: LogEvent, label: String, timestamp: Timestamp, base: Logger.Metadata,
        provider: Logger.MetadataProvider?
    ) {
        var metadata = base
        if let provided = provider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        var fields: [(key: String, value: LogValue)] = []
        Self.flatten(metadata, prefix: "", into: &fields)
        if let error = event.error { fields.append((key: "error", value: .text(String(describing: error)))) }
        self.timestamp = timestamp
        self.level = event.level
        self.label = label
        self.message = event.message.description
        self.fields = fields.sorted { $0.key < $1.key }
    }

    private static func flatten(
        _ metadata: Logger.Metadata, prefix: String, into fields: inout [(key: String, value: LogValue)]
    ) {
        for (key, value) in metadata {
            if case .dictionary(let members) = value, !members.isEmpty {
                flatten(members, prefix: "\(prefix)\(key).", into: &fields)
            } else {
                fields.append((key: prefix + key, value: LogValue(value)))
            }
        }
    }
}
