/// The intervals and bounds of an ``ObjectCache``.
public struct ObjectCacheConfiguration: Sendable {
    /// How long the API server keeps one watch open. Up to half as much again is added at random, so that gateways
    /// don't all come back at once. ``APIClientConfiguration/watchSilenceLimit`` must be longer still.
    public var watchTimeout: Duration = .seconds(120)
    /// The wait before the first try after a failure; it doubles with every further one.
    public var minimumBackoff: Duration = .milliseconds(200)
    /// The longest wait between two tries, and the wait until a resource that the API server does not have is asked for
    /// again.
    public var maximumBackoff: Duration = .seconds(5)
    /// The number of objects asked for in one page of a list.
    public var pageSize = 500
    /// The longest line of a watch taken, in bytes. An object in etcd has at most 1.5 MiB.
    public var maximumLineBytes = 8 << 20

    /// The defaults.
    public init() {}
}
