/// What a container has used and uses.
public struct ContainerStats: Hashable, Sendable {
    /// The CPU time used since it was started, in nanoseconds.
    public var cpuNanoseconds: UInt64
    /// Memory in use, in bytes; nil if the engine does not say.
    public var memoryBytes: UInt64?
    /// Processes and threads; nil if the engine does not say.
    public var pids: UInt64?
}

extension ContainerStats: Decodable {
    private enum CodingKeys: String, CodingKey {
        case cpu = "cpu_stats"
        case memory = "memory_stats"
        case pids = "pids_stats"
    }

    private struct CPU: Decodable {
        struct Usage: Decodable { var total_usage: UInt64 }
        var cpu_usage: Usage
    }

    private struct Memory: Decodable { var usage: UInt64? }

    private struct Pids: Decodable { var current: UInt64? }

    /// Reads the answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cpuNanoseconds = try container.decode(CPU.self, forKey: .cpu).cpu_usage.total_usage
        memoryBytes = try container.decodeIfPresent(Memory.self, forKey: .memory)?.usage
        pids = try container.decodeIfPresent(Pids.self, forKey: .pids)?.current
    }
}
