/// The intervals of a ``ContainerCache``.
public struct ContainerCacheConfiguration: Sendable {
    /// How long one stream of events is followed before everything is listed anew. Podman reads its events from a file
    /// or the journal, and neither promises not to skip one.
    public var resyncInterval: Duration = .seconds(300)
    /// The wait before the first try after a failure; it doubles with every further one.
    public var minimumBackoff: Duration = .milliseconds(200)
    /// The longest wait between two tries.
    public var maximumBackoff: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
