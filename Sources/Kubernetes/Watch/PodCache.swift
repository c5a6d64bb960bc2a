import AsyncHTTPClient
public import Logging
import NIOHTTP1
public import ServiceLifecycle
import Synchronization

/// The pods of one namespace and label selector, kept up to date by one list and one watch.
///
/// Reading is cheap and never waits. During an outage the last known pods stay.
public final class PodCache: Service {
    private let client: APIClient
    private let namespace: String
    private let labelSelector: String
    private let configuration: PodCacheConfiguration
    private let logger: Logger
    private let store = PodStore()

    /// Makes a cache; ``run()`` fills it.
    public init(
        client: APIClient, namespace: String, labelSelector: String,
        configuration: PodCacheConfiguration = .init(), logger: Logger
    ) {
        self.client = client
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

extension PodCache {
    /// True once the first list is in.
    public var isSynced: Bool { store.isSynced }

    /// Returns once the first list is in.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilSynced() async throws { try await store.waitUntilSynced() }

    /// The pod of this name as last seen.
    public func pod(named name: String) -> Pod? { store.pod(named: name) }

    /// All pods as last seen, in no order.
    public var pods: [Pod] { store.pods }

    /// The pod of this name, now (once the cache is synced) and after each change; nil means that there is none.
    /// A slow reader gets the latest state only.
    public func updates(ofPodNamed name: String) -> AsyncStream<Pod?> { store.updates(ofPodNamed: name) }
}

// MARK: - Following

extension PodCache {
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
        var outage: ContinuousClock.Instant?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                if case .unknown = position { position = try await list() }
                if let began = outage.take() { logRecovery(after: began.duration(to: .now)) }
                try await watch(from: &position)
                // Ended by the server in order: go on at once, unless it ends them so fast that this were a busy loop.
                if start.duration(to: .now) >= configuration.maximumBackoff {
                    backoff.reset()
                    continue
                }
            } catch {
                if Task.isCancelled { return }
                if start.duration(to: .now) >= configuration.maximumBackoff { backoff.reset() }
                // What is too old, or can't be read, won't get better from here.
                if error.isGone || error.code == .decoding { position = .unknown }
                if outage == nil, !error.isGone {
                    outage = .now
                    logOutage(error)
                }
            }
            try? await Task.sleep(for: backoff.next())
        }
    }

    private func list() async throws(APIError) -> Position {
        let (pods, version) = try await client.listPods(
            namespace: namespace, labelSelector: labelSelector, pageSize: configuration.pageSize)
        store.replace(with: pods)
        return .version(version)
    }

    /// Applies what the watch tells until the server ends it; the position is right after every event.
    private func watch(from position: inout Position) async throws(APIError) {
        guard case .version(let version) = position else { return }
        let operation = "watch pods \(namespace)"
        let query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("labelSelector", labelSelector),
            ("resourceVersion", version), ("timeoutSeconds", String(watchSeconds())),
        ]
        let path = APIClient.path("pods", namespace: namespace)
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
    private func apply(_ event: WatchEvent) -> String {
        switch event {
        case .present(let pod):
            store.set(pod)
            return pod.metadata.resourceVersion
        case .deleted(let pod):
            store.remove(pod)
            return pod.metadata.resourceVersion
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
            "The watch on pods was lost; retrying",
            metadata: ["k8s.namespace": "\(namespace)", "error": "\(error)"])
    }

    private func logRecovery(after outage: Duration) {
        logger.notice(
            "The watch on pods is back", metadata: ["k8s.namespace": "\(namespace)", "outage": "\(outage)"])
    }
}
