/// How much an ``Event`` matters.
public enum EventType: String, Hashable, Sendable {
    /// In the run of things.
    case normal = "Normal"
    /// Somebody should look.
    case warning = "Warning"
}
