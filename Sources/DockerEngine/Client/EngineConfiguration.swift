/// The bounds an ``EngineClient`` keeps.
public struct EngineConfiguration: Sendable {
    /// How long connecting to the socket may take; it is on the same machine.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the engine may be silent within one request. Creating a container on a busy disk takes seconds.
    public var readTimeout: Duration = .seconds(60)
    /// How long a stream of events, or of a pull's progress, may be silent before it is given up. Longer than
    /// ``ContainerCacheConfiguration/resyncInterval``, as a quiet host has no events, and than unpacking a large layer.
    public var followSilenceLimit: Duration = .seconds(900)
    /// How many requests may be on their way at once; further ones wait. An engine serialises most of its work anyway.
    public var maximumConnections = 32
    /// The largest answer taken, in bytes. A list of thousands of containers has some MiB.
    public var maximumResponseBytes = 32 << 20
    /// The longest line of events or of a pull's progress taken, in bytes. An event carries its container's labels.
    public var maximumLineBytes = 1 << 20
    /// The bounds of execs.
    public var exec = EngineExecConfiguration()

    /// The defaults.
    public init() {}
}
