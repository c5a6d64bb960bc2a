/// Amounts of what a lab consumes.
public struct ResourceAmounts: Hashable, Sendable {
    /// CPUs.
    public var cpu: Quantity
    /// Bytes of memory.
    public var memory: Quantity
    /// Bytes on the node's own disk: the container's writable layer, logs and emptyDirs.
    public var ephemeralStorage: Quantity

    /// Makes amounts.
    public init(cpu: Quantity, memory: Quantity, ephemeralStorage: Quantity) {
        self.cpu = cpu
        self.memory = memory
        self.ephemeralStorage = ephemeralStorage
    }
}

extension ResourceAmounts {
    /// The limits of a course that states none: 1 CPU, 512 MiB of memory, 1 GiB of disk.
    public static let defaultLimits = ResourceAmounts(
        cpu: .milliCPU(1000), memory: .mebibytes(512), ephemeralStorage: .mebibytes(1024))

    /// The requests of a course that states none: a tenth of a CPU, 128 MiB of memory and of disk.
    public static let defaultRequests = ResourceAmounts(
        cpu: .milliCPU(100), memory: .mebibytes(128), ephemeralStorage: .mebibytes(128))
}

extension ResourceAmounts {
    /// Reads `cpu`, `memory` and `ephemeralStorage`.
    init(reading reader: DocumentReader, defaults: ResourceAmounts) {
        let memoryHint = "memory is in bytes: 512Mi is 512 MiB, 512m is half a byte"
        self.init(
            cpu: reader.value(
                "cpu",
                .quantity("1 is one CPU, 500m is half of one", in: .milliCPU(10) ... .milliCPU(1_024_000)),
                default: defaults.cpu),
            memory: reader.value(
                "memory", .quantity(memoryHint, in: .mebibytes(8) ... .mebibytes(16 << 20)), default: defaults.memory),
            ephemeralStorage: reader.value(
                "ephemeralStorage",
                .quantity("storage is in bytes: 1Gi is 1 GiB", in: .mebibytes(1) ... .mebibytes(1 << 30)),
                default: defaults.ephemeralStorage)
        )
    }
}
