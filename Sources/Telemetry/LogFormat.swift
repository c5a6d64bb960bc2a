/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message and metadata.
    case text
    /// For machines: one JSON object on each line.
    case json
}
