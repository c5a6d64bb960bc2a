/// What a lab may consume and what is set aside for it.
public struct LabResources: Hashable, Sendable {
    /// Most it may consume. Always set: a lab without limits could starve its node.
    public var limits: ResourceAmounts
    /// What the scheduler sets aside; never above the limits.
    public var requests: ResourceAmounts

    /// Makes resources; requests above the limits are lowered to them.
    public init(limits: ResourceAmounts = .defaultLimits, requests: ResourceAmounts = .defaultRequests) {
        self.limits = limits
        self.requests = ResourceAmounts(
            cpu: min(requests.cpu, limits.cpu),
            memory: min(requests.memory, limits.memory),
            ephemeralStorage: min(requests.ephemeralStorage, limits.ephemeralStorage)
        )
    }
}

extension LabResources {
    /// Reads `resources`: the limits, and `requests` in it.
    init(reading reader: DocumentReader) {
        let limits = ResourceAmounts(reading: reader, defaults: .defaultLimits)
        self.init(limits: limits)
        let defaults = requests
        let requests = reader.value(
            "requests", .object { ResourceAmounts(reading: $0, defaults: defaults) }, default: defaults)
        for (name, request, limit) in [
            ("cpu", requests.cpu, limits.cpu),
            ("memory", requests.memory, limits.memory),
            ("ephemeralStorage", requests.ephemeralStorage, limits.ephemeralStorage),
        ] where request > limit {
            reader.report("\(name) \(request) is more than the limit of \(limit)", at: "requests")
        }
        self.init(limits: limits, requests: requests)
    }
}
