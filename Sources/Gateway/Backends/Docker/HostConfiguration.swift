/// How labs run on one host.
public struct HostConfiguration: Hashable, Sendable {
    /// What tells its containers and volumes from those of another labgate with the same engine: a part of their names,
    /// and the containers' label.
    public var project = HostConfiguration.defaultProject
    /// The network that labs are in: `none`, which leaves them their loopback, or the name of one of the engine's.
    public var network = "none"
    /// The memory that labs may be promised together, in bytes; nil for nine tenths of the host's.
    public var memoryBytes: Int64?
    /// The folder that homes are in, each in one of its own; nil for volumes of the engine.
    public var homes: String?
    /// A file such as `docker login` writes, with the names and passwords of registries; nil for none.
    public var registryLogins: String?

    /// The one that names do not tell.
    public static let defaultProject = "labgate"

    /// The defaults.
    public init() {}

    /// What the names of containers and volumes begin with.
    var prefix: String { project == Self.defaultProject ? "" : "\(project)-" }

    /// The labels of all labs.
    var labLabels: [String: String] { [ContainerLabel.managedBy: "labgate", ContainerLabel.project: project] }
}
