/// The bounds an ``APIClient`` keeps.
public struct APIClientConfiguration: Sendable {
    /// How long connecting, TLS included, may take.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the API server may be silent within one request. Creating a pod can wait for admission webhooks,
    /// which the API server itself bounds at 30 s.
    public var readTimeout: Duration = .seconds(35)
    /// How long a watch may be silent before its connection is given up as dead. Must be longer than the longest
    /// watch (``ObjectCacheConfiguration/watchTimeout`` and its random half), as a quiet one sends nothing.
    public var watchSilenceLimit: Duration = .seconds(195)
    /// How many requests may be on their way at once; further ones wait, and no longer than connecting may take. A class
    /// at the bell has a handful of writes for each student, each of which may wait for admission webhooks.
    public var maximumConnections = 64
    /// The largest answer taken, except for watches, in bytes. A page of a list is the largest we ask for.
    public var maximumResponseBytes = 32 << 20
    /// The bounds of streams to pods.
    public var podStreams = PodStreamConfiguration()

    /// The defaults.
    public init() {}
}
