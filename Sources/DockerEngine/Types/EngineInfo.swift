/// What an engine's host has, and what the engine can do on it.
public struct EngineInfo: Hashable, Sendable, Decodable {
    /// True if memory can be limited.
    public var limitsMemory: Bool?
    /// True if CPU time can be limited.
    public var limitsCPU: Bool?
    /// True if the number of processes can be limited.
    public var limitsPids: Bool?
    /// How containers' layers are stored, such as `overlay2`.
    public var storageDriver: String
    /// What confines containers, such as `name=seccomp,profile=default`, or `name=rootless`.
    public var securityOptions: [String]?
    /// The number of CPUs.
    public var cpuCount: Int
    /// The memory of the host, in bytes.
    public var memoryBytes: Int64
    /// Containers that run, anybody's.
    public var runningContainerCount: Int

    /// False if limits of containers' own layers are accepted and then ignored, which is known of Docker with the image
    /// store of containerd. Where it is true an engine that has no such limits refuses them.
    public var mindsStorageLimits: Bool { storageDriver != "overlayfs" }

    private enum CodingKeys: String, CodingKey {
        case limitsMemory = "MemoryLimit"
        case limitsCPU = "CpuCfsQuota"
        case limitsPids = "PidsLimit"
        case storageDriver = "Driver"
        case securityOptions = "SecurityOptions"
        case cpuCount = "NCPU"
        case memoryBytes = "MemTotal"
        case runningContainerCount = "ContainersRunning"
    }
}
