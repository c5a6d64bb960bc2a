/// What a container is made from.
///
/// The defaults are those of a container that nobody trusts: no capabilities, no new privileges, the engine's own
/// seccomp profile, an init process that reaps orphans, and no restarts by the engine.
public struct ContainerSpec: Hashable, Sendable {
    /// The image's name with its tag or digest; it must be on the host already.
    public var image: String
    /// The arguments of the entry point, or the program itself if there is none; nil for the image's.
    public var command: [String]?
    /// The program to run; nil for the image's.
    public var entrypoint: [String]?
    /// User or `uid:gid`; nil for the image's.
    public var user: String?
    /// Environment variables, besides those of the image.
    public var environment: [String: String] = [:]
    /// Labels, besides those of the image.
    public var labels: [String: String] = [:]
    /// Where programs start; nil for the image's.
    public var workingDirectory: String?
    /// The host name; nil for one that the engine makes of the id.
    public var hostname: String?
    /// What is mounted into it.
    public var mounts: [ContainerMount] = []
    /// Containers whose volumes it has as well, by id or name.
    public var volumesFrom: [String] = []
    /// The memory limit in bytes; swap is not granted beyond it. Nil for none.
    public var memoryBytes: Int64?
    /// The limit of CPU time, in billionths of a CPU. Nil for none.
    public var nanoCPUs: Int64?
    /// How many processes and threads it may have. Nil for the engine's default.
    public var pidsLimit: Int64?
    /// Limits of single processes (setrlimit). Podman without CAP_SYS_RESOURCE needs `nofile` and `nproc` to be named.
    public var ulimits: [Ulimit] = []
    /// How much the container may write into its own layer, in bytes. Engines refuse it at creation where their storage
    /// has no quotas: both have them on XFS mounted with `pquota`, Docker also on btrfs and ZFS. Nil for no limit.
    public var storageBytes: Int64?
    /// The capabilities taken away.
    public var droppedCapabilities = ["ALL"]
    /// The capabilities left, or given back, to a container of root's.
    public var addedCapabilities: [String] = []
    /// True to let programs gain privileges through set-user-ID files.
    public var allowsNewPrivileges = false
    /// True to let it write to nothing but its mounts.
    public var readOnlyRootFilesystem = false
    /// `none`, `bridge`, or a network's name.
    public var networkMode = "none"
    /// True to run an init process as number 1: `docker-init`, or Podman's `catatonit`, must be on the host.
    public var usesInit = true
    /// True to have the engine remove it, and its anonymous volumes, as soon as it has ended.
    public var removesItself = false

    /// Describes a container.
    public init(image: String, command: [String]? = nil) {
        self.image = image
        self.command = command
    }
}

extension ContainerSpec: Encodable {
    private enum CodingKeys: String, CodingKey {
        case image = "Image"
        case command = "Cmd"
        case entrypoint = "Entrypoint"
        case user = "User"
        case environment = "Env"
        case labels = "Labels"
        case workingDirectory = "WorkingDir"
        case hostname = "Hostname"
        case host = "HostConfig"
    }

    private enum HostKeys: String, CodingKey {
        case mounts = "Mounts"
        case volumesFrom = "VolumesFrom"
        case memory = "Memory"
        case memorySwap = "MemorySwap"
        case nanoCPUs = "NanoCpus"
        case pidsLimit = "PidsLimit"
        case ulimits = "Ulimits"
        case storage = "StorageOpt"
        case droppedCapabilities = "CapDrop"
        case addedCapabilities = "CapAdd"
        case securityOptions = "SecurityOpt"
        case readOnlyRootFilesystem = "ReadonlyRootfs"
        case networkMode = "NetworkMode"
        case usesInit = "Init"
        case restartPolicy = "RestartPolicy"
        case removesItself = "AutoRemove"
    }

    /// Writes the body of `POST /containers/create`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(image, forKey: .image)
        try container.encodeIfPresent(command, forKey: .command)
        try container.encodeIfPresent(entrypoint, forKey: .entrypoint)
        try container.encodeIfPresent(user, forKey: .user)
        try container.encode(environment.asAssignments, forKey: .environment)
        try container.encode(labels, forKey: .labels)
        try container.encodeIfPresent(workingDirectory, forKey: .workingDirectory)
        try container.encodeIfPresent(hostname, forKey: .hostname)
        var host = container.nestedContainer(keyedBy: HostKeys.self, forKey: .host)
        try encodeLimits(to: &host)
        try host.encode(mounts, forKey: .mounts)
        if !volumesFrom.isEmpty { try host.encode(volumesFrom, forKey: .volumesFrom) }
        try host.encode(droppedCapabilities, forKey: .droppedCapabilities)
        if !addedCapabilities.isEmpty { try host.encode(addedCapabilities, forKey: .addedCapabilities) }
        // Without a seccomp option both engines apply their default profile.
        try host.encode(allowsNewPrivileges ? [] : ["no-new-privileges"], forKey: .securityOptions)
        try host.encode(readOnlyRootFilesystem, forKey: .readOnlyRootFilesystem)
        try host.encode(networkMode, forKey: .networkMode)
        try host.encode(usesInit, forKey: .usesInit)
        try host.encode(["Name": "no"], forKey: .restartPolicy)
        if removesItself { try host.encode(true, forKey: .removesItself) }
    }

    private func encodeLimits(to host: inout KeyedEncodingContainer<HostKeys>) throws {
        try host.encodeIfPresent(memoryBytes, forKey: .memory)
        // As much as the memory limit means no swap; left out, both engines would grant as much again.
        try host.encodeIfPresent(memoryBytes, forKey: .memorySwap)
        try host.encodeIfPresent(nanoCPUs, forKey: .nanoCPUs)
        try host.encodeIfPresent(pidsLimit, forKey: .pidsLimit)
        try host.encode(ulimits, forKey: .ulimits)
        if let storageBytes { try host.encode(["size": String(storageBytes)], forKey: .storage) }
    }
}

extension [String: String] {
    /// The entries as `NAME=value`, sorted by name.
    var asAssignments: [String] { sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
}
