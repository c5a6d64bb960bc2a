public import Logging

/// The pods of one namespace, kept up to date.
public typealias PodCache = ObjectCache<Pod>

extension ObjectCache where Object == Pod {
    /// Makes a cache of pods; ``run()`` fills it.
    public convenience init(
        client: APIClient, namespace: String, labelSelector: String? = nil,
        configuration: ObjectCacheConfiguration = .init(), logger: Logger
    ) {
        self.init(
            client: client, resource: .pods, namespace: namespace, labelSelector: labelSelector,
            configuration: configuration, logger: logger)
    }

    /// The pod of this name as last seen.
    public func pod(named name: String) -> Pod? { object(named: name) }

    /// All pods as last seen, in no order.
    public var pods: [Pod] { objects }

    /// The pod of this name, now (once the cache is synced) and after each change; nil means that there is none.
    /// A slow reader gets the latest state only.
    public func updates(ofPodNamed name: String) -> AsyncStream<Pod?> { updates(ofObjectNamed: name) }
}
