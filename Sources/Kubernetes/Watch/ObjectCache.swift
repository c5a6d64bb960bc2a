import AsyncHTTPClient
public import Logging
import NIOHTTP1
public import ServiceLifecycle
import Upstream

/// The objects of one resource in one namespace, or those that a label selector chooses, kept up to date by one list
/// and one watch.
///
/// Reading is cheap and never waits. During an outage the last known objects stay. A resource that the API server does
/// not have, because its CustomResourceDefinition is not installed, is one without objects that is asked for again now
/// and then.
public final class ObjectCache<Object: KubernetesObject>: Service {
    private let client: APIClient
    private let resource: ResourceType<Object>
    private let namespace: String
    private let labelSelector: String?
    private let configuration: ObjectCacheConfiguration
    private let logger: Logger
    private let store = ObjectStore<Object> { $0.metadata.name }

    /// Makes a cache; ``run()`` fills it.
    ///
    /// - Parameter labelSelector: Such as `app=labgate`; nil chooses every object.
    public init(
        client: APIClient, resource: ResourceType<Object>, namespace: String, labelSelector: String? = nil,
        configuration: ObjectCacheConfiguration = .init(), logger: Logger
    ) {
        self.client = client
        self.resource = resource
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.configuration = configuration
        self.logger = logger
    }

    /// Lists, watches and starts over, until the task is cancelled or the service is told to shut down.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.follow() }
    }
}

// MARK: - Reading

extension ObjectCache {
    /// True once the first list is in, or the API server has said that there is no such resource.
    public var isSynced: Bool { store.isSynced }

    /// False while the API server does not have the resource: its CustomResourceDefinition is not installed.
    public var isAvailable: Bool { store.isAvailable }

    /// Returns once the cache is synced.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilSynced() async throws { try await store.waitUntilSynced() }

    /// The object of this name as last seen.
    public func object(named name: String) -> Object? { store.object(named: name) }

    /// All objects as last seen, in no order.
    public var objects: [Object] { store.objects }

    /// The object of this name, now (once the cache is synced) and after each change; nil means that there is none.
    /// A slow reader gets the latest state only.
    public func updates(ofObjectNamed name: String) -> AsyncStream<Object?> { store.updates(ofObjectNamed: name) }

    /// An element now (once the cache is synced) and after each change of any object, or of whether the resource is
    /// available: for who looks at everything then. A slow reader gets one element for all changes in the meantime.
    /// Every use makes a stream of its own.
    public var changes: AsyncStream<Void> { store.changes() }
}

// MARK: - Following

extension ObjectCache {
    /// Where the cache stands between two requests.
    private enum Position {
        /// Nothing is known, or what is known is too old to go on from: list.
        case unknown
        /// Everything up to this resource version is in: watch from here.
        case version(String)
    }

    private func follow() async throws {
        var position = Position.unknown
        var backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
        var outage = Outage()
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                if case .unknown = position { position = try await list() }
                if let duration = outage.end() { logRecovery(after: duration) }
                try await watch(from: &position)
                client.metrics.watchRestarted("\(resource)", isError: false)
                // Ended by the server in order: go on at once, unless it ends them so fast that this were a busy loop.
                if start.duration(to: .now) >= configuration.maximumBackoff {
                    backoff.reset()
                    continue
                }
            } catch {
                if Task.isCancelled { return }
                client.metrics.watchRestarted("\(resource)", isError: true)
                if error.isNotFound {
                    position = .unknown
                    if store.kindIsMissing() { logMissing() }
                    try? await Task.sleep(for: configuration.maximumBackoff * Double.random(in: 1...1.5))
                    continue
                }
                // What is too old, or can't be read, won't get better from here.
                if error.isGone || error.code == .decoding { position = .unknown }
                if !error.isGone, outage.begin() { logOutage(error) }
            }
            try? await Task.sleep(for: backoff.next(after: start.duration(to: .now)))
        }
    }

    private func list() async throws(APIError) -> Position {
        let list = try await client.listPages(
            resource, namespace: namespace, labelSelector: labelSelector, pageSize: configuration.pageSize)
        if store.replace(with: list.items) { logAppearance() }
        return .version(list.resourceVersion)
    }

    /// Applies what the watch tells until the server ends it; the position is right after every event.
    private func watch(from position: inout Position) async throws(APIError) {
        guard case .version(let version) = position else { return }
        let operation = "watch \(resource) \(namespace)"
        var query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
            ("timeoutSeconds", String(watchSeconds())),
        ]
        if let labelSelector { query.append(("labelSelector", labelSelector)) }
        let path = resource.path(namespace: namespace)
        let request = try client.makeRequest(.GET, path, query: query)
        let response = try await client.executeWatch(request, operation: operation)
        var lines = LineBuffer(maximumLineBytes: configuration.maximumLineBytes)
        do {
            for try await chunk in response.body {
                lines.append(chunk)
                while let line = try lines.next() {
                    position = .version(try apply(WatchEvent(line: line, operation: operation)))
                }
            }
        } catch let error as APIError {
            throw error
        } catch let error as LineBuffer.LineTooLong {
            throw APIError(
                code: .decoding, operation: operation, message: "an event is longer than \(error.limit) bytes")
        } catch {
            throw APIError(transport: error, operation: operation)
        }
    }

    /// - Returns: The resource version that the event stands for.
    private func apply(_ event: WatchEvent<Object>) -> String {
        switch event {
        case .present(let object):
            store.set(object)
            return object.metadata.resourceVersion
        case .deleted(let object):
            store.remove(named: object.metadata.name)
            return object.metadata.resourceVersion
        case .bookmark(let version):
            return version
        }
    }

    private func watchSeconds() -> Int {
        let seconds = Double(configuration.watchTimeout.components.seconds)
        return max(1, Int(seconds * Double.random(in: 1...1.5)))
    }

    private func logOutage(_ error: APIError) {
        logger.warning(
            "The watch on \(resource) was lost; retrying",
            metadata: ["k8s.namespace": "\(namespace)", "error": "\(error)"])
    }

    private func logRecovery(after outage: Duration) {
        logger.notice(
            "The watch on \(resource) is back", metadata: ["k8s.namespace": "\(namespace)", "outage": "\(outage)"])
    }

    private func logMissing() {
        logger.notice(
            "The cluster has no \(resource); looking again now and then",
            metadata: ["k8s.namespace": "\(namespace)"])
    }

    private func logAppearance() {
        logger.notice("The cluster has \(resource) now", metadata: ["k8s.namespace": "\(namespace)"])
    }
}
