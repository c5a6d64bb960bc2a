import Foundation
public import Logging
import NIOHTTP1
public import ServiceLifecycle
import Synchronization
import Upstream

/// The containers that have certain labels, kept up to date by the engine's events.
///
/// Reading is cheap and never waits. While the engine is away the containers last known stay.
public final class ContainerCache: Service {
    private let client: EngineClient
    private let labels: [String: String]
    private let configuration: ContainerCacheConfiguration
    private let logger: Logger
    private let store = ObjectStore<Container> { $0.name }
    /// Held while the store is changed.
    private let looks = Mutex(ContainerLooks())

    /// Makes a cache; ``run()`` fills it.
    ///
    /// - Parameter labels: A container must have all of them.
    public init(
        client: EngineClient, labels: [String: String], configuration: ContainerCacheConfiguration = .init(),
        logger: Logger
    ) {
        self.client = client
        self.labels = labels
        self.configuration = configuration
        self.logger = logger
    }

    /// Lists, follows events and starts over, until the task is cancelled or the service is told to shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.follow() }
    }
}

// MARK: - Reading

extension ContainerCache {
    /// True once the first list is in.
    public var isSynced: Bool { store.isSynced }

    /// Returns once the cache is synced.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilSynced() async throws { try await store.waitUntilSynced() }

    /// The container of this name as last seen.
    public func container(named name: String) -> Container? { store.object(named: name) }

    /// All containers as last seen, in no order.
    public var containers: [Container] { store.objects }

    /// The container of this name, now (once the cache is synced) and after each change; nil means that there is none.
    /// A slow reader gets the latest state only.
    public func updates(ofContainerNamed name: String) -> AsyncStream<Container?> {
        store.updates(ofObjectNamed: name)
    }

    /// An element now (once the cache is synced) and after each change of any container. A slow reader gets one element
    /// for all changes in the meantime. Every use makes a stream of its own.
    public var changes: AsyncStream<Void> { store.changes() }
}

// MARK: - What this side has done

extension ContainerCache {
    /// Looks at a container now, and does not wait for the engine's event, which comes a moment after whoever made or
    /// changed it has the answer.
    ///
    /// - Returns: The container; nil if it is gone.
    @discardableResult
    public func refresh(_ id: String) async throws(EngineError) -> Container? {
        let look = looks.withLock { $0.begin() }
        do throws(EngineError) {
            let container = try await client.container(id)
            if labels.allSatisfy({ container.labels[$0.key] == $0.value }) { set(container, seenBy: look) }
            return container
        } catch {
            guard error.isNotFound else { throw error }
            looks.withLock { looks in
                looks.noteGone(id)
                store.remove { $0.id == id }
            }
            return nil
        }
    }

    private func set(_ container: Container, seenBy look: ContainerLooks.Look) {
        looks.withLock { looks in
            guard !looks.hasLater(container.id, than: look) else { return }
            looks.note(container.id, look)
            // An answer about the one before, which had the name, may come last.
            guard store.object(named: container.name)?.isSuccessor(of: container) != true else { return }
            store.set(container)
        }
    }

    /// Takes over a complete list: what is not in it is gone, unless it was seen later.
    private func takeOver(_ list: [Container], seenBy look: ContainerLooks.Look) {
        looks.withLock { looks in
            let later = store.objects.filter { looks.hasLater($0.id, than: look) }
            let list = list.filter { !looks.hasLater($0.id, than: look) }
            let containers = list + later
            looks.forget(except: Set(containers.map(\.id)), before: look)
            for container in list { looks.note(container.id, look) }
            // Of two with one name the last one counts.
            store.replace(with: containers.sorted { $1.isSuccessor(of: $0) })
        }
    }
}

// MARK: - Following

extension ContainerCache {
    private func follow() async {
        var backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
        var outage = Outage()
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do throws(EngineError) {
                try await followOnce(&outage)
                // Time to list anew; or events ended, which they must not do so fast that this were a busy loop.
                if start.duration(to: .now) >= min(configuration.maximumBackoff, configuration.resyncInterval) {
                    backoff.reset()
                    continue
                }
            } catch {
                if Task.isCancelled { return }
                if outage.begin() { logOutage(error) }
            }
            try? await Task.sleep(for: backoff.next(after: start.duration(to: .now)))
        }
    }

    /// Lists, and then applies all events from just before the list on, until it is time to list anew: what happens
    /// meanwhile comes twice, and is looked at twice, rather than never.
    private func followOnce(_ outage: inout Outage) async throws(EngineError) {
        // To the whole second, as Podman reads it.
        let since = Int(Date.now.timeIntervalSince1970) - 1
        try await list()
        if let duration = outage.end() { logRecovery(after: duration) }
        let result = await withTaskGroup(of: Result<Void, EngineError>.self) { group in
            group.addTask {
                do throws(EngineError) { return .success(try await self.applyEvents(since: since)) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: self.configuration.resyncInterval)
                return .success(())
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(())
        }
        try result.get()
    }

    private func applyEvents(since: Int) async throws(EngineError) {
        let operation = "follow the events of containers"
        let filters = try EngineFilters(["type": ["container"], "label": labels.asAssignments], operation: operation)
        let request = EngineRequest(
            .GET, "/events", query: [("since", "\(since)"), ("filters", filters.json)], operation: operation,
            timeout: client.configuration.followSilenceLimit)
        try await client.readLines(of: request) { (event: EngineEvent) throws(EngineError) in
            if event.concernsContainer { try await refresh(event.id) }
        }
    }

    private func list() async throws(EngineError) {
        var containers: [Container] = []
        let look = looks.withLock { $0.begin() }
        let listed = Set(try await client.containers(labels: labels).map(\.id))
        // Whatever an engine leaves out of a list, nobody's lab is taken for gone before it was asked for by itself.
        for id in listed.union(store.objects.map(\.id)) {
            do throws(EngineError) {
                containers.append(try await client.container(id))
            } catch {
                // Gone meanwhile.
                guard error.isNotFound else { throw error }
            }
        }
        takeOver(containers, seenBy: look)
    }

    private func logOutage(_ error: EngineError) {
        logger.warning("The container engine was lost; retrying", metadata: ["error": "\(error)"])
    }

    private func logRecovery(after outage: Duration) {
        logger.notice("The container engine is back", metadata: ["outage": "\(outage)"])
    }
}

extension Container {
    /// Whether this one was made after `other`, whose name it may have taken over.
    fileprivate func isSuccessor(of other: Container) -> Bool {
        createdAt ?? .distantPast > other.createdAt ?? .distantPast
    }
}
