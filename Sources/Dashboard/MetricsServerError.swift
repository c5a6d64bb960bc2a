/// Why metrics cannot be served, in one line.
public struct MetricsServerError: Error, Hashable, CustomStringConvertible {
    /// What could not be done, and the system's reason.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
