/// What of a student's use is measured over time.
public enum Meter: String, CaseIterable, Codable, Hashable, Sendable {
    /// Time with at least one connection.
    case connectedTime
    /// Time with a lab that exists.
    case labTime
    /// Processor time that labs used.
    case cpuTime
}
