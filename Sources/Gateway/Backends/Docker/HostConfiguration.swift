/// How labs run on one host.
public struct HostConfiguration: Hashable, Sendable {
    /// The network that labs are in: `none`, which leaves them their loopback, or the name of one of the engine's.
    public var network = "none"
    /// The folder that homes are in, each in one of its own; nil for volumes of the engine.
    public var homes: String?
    /// A file such as `docker login` writes, with the names and passwords of registries; nil for none.
    public var registryLogins: String?

    /// The defaults.
    public init() {}
}
