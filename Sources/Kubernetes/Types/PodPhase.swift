/// Where a pod is in its life. Open-ended, as the API may add phases.
public struct PodPhase: RawRepresentable, Hashable, Sendable, Decodable {
    /// The API's word.
    public var rawValue: String

    /// Wraps the API's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Accepted, but not all containers have started.
    public static let pending = PodPhase(rawValue: "Pending")
    /// Bound to a node and all containers were created; not necessarily ready.
    public static let running = PodPhase(rawValue: "Running")
    /// All containers ended with exit code 0 and won't be restarted.
    public static let succeeded = PodPhase(rawValue: "Succeeded")
    /// All containers ended, at least one of them in failure.
    public static let failed = PodPhase(rawValue: "Failed")
    /// The node can't be asked.
    public static let unknown = PodPhase(rawValue: "Unknown")
}
