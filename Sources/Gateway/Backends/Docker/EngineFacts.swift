/// What is known of the engine and its host.
struct EngineFacts: Hashable, Sendable {
    var isPodman = false
    var cpuCount = Int(Int32.max)
    /// The host's.
    var memoryBytes = Int64.max
    /// Whether containers' own layers can be limited; found out when the first is made.
    var limitsStorage = true
    /// Whether volumes can be limited; found out when the first is made.
    var limitsVolumes = true
}
