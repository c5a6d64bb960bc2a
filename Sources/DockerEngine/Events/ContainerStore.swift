import Synchronization

/// The containers as last seen, and who wants to know of changes. One lock; each change costs the same however many
/// containers there are.
final class ContainerStore: Sendable {
    private struct State {
        var isSynced = false
        /// By name.
        var containers: [String: Container] = [:]
        var subscribers: [String: [UInt64: AsyncStream<Container?>.Continuation]] = [:]
        var observers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            defer { nextID += 1 }
            return nextID
        }

        // Within the lock, so that no subscriber gets an older state after a newer one.
        func publish(_ name: String) {
            for subscriber in subscribers[name, default: [:]].values { subscriber.yield(containers[name]) }
        }

        func publishChange() {
            for observer in observers.values { observer.yield() }
        }
    }

    private let state = Mutex(State())

    var isSynced: Bool { state.withLock { $0.isSynced } }

    var containers: [Container] { state.withLock { Array($0.containers.values) } }

    func container(named name: String) -> Container? { state.withLock { $0.containers[name] } }
}

// MARK: - Changes

extension ContainerStore {
    /// Takes over a complete list: what is not in it is gone.
    func replace(with list: [Container]) {
        let waiters = state.withLock { state in
            let containers = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
            let previous = exchange(&state.containers, with: containers)
            let isFirst = !exchange(&state.isSynced, with: true)
            for name in state.subscribers.keys where isFirst || previous[name] != containers[name] {
                state.publish(name)
            }
            if isFirst || previous != containers { state.publishChange() }
            return exchange(&state.waiters, with: [:])
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// A container was created or changed.
    func set(_ container: Container) {
        state.withLock { state in
            guard state.containers.updateValue(container, forKey: container.name) != container else { return }
            state.publish(container.name)
            state.publishChange()
        }
    }

    /// The container of this id is gone. One of the same name and another id stays.
    func remove(id: String) {
        state.withLock { state in
            guard let name = state.containers.values.first(where: { $0.id == id })?.name else { return }
            state.containers[name] = nil
            state.publish(name)
            state.publishChange()
        }
    }
}

// MARK: - Waiting

extension ContainerStore {
    /// The container of this name, now if there was a list, and after each change.
    func updates(ofContainerNamed name: String) -> AsyncStream<Container?> {
        let (stream, continuation) = AsyncStream<Container?>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            state.subscribers[name, default: [:]][id] = continuation
            if state.isSynced { continuation.yield(state.containers[name]) }
            return id
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id, name: name) }
        return stream
    }

    private func unsubscribe(_ id: UInt64, name: String) {
        // The continuation is let go outside of the lock.
        _ = state.withLock { state -> AsyncStream<Container?>.Continuation? in
            let continuation = state.subscribers[name]?.removeValue(forKey: id)
            if state.subscribers[name]?.isEmpty == true { state.subscribers[name] = nil }
            return continuation
        }
    }

    /// An element now if there was a list, and after each change of anything; those not taken are one.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            state.observers[id] = continuation
            if state.isSynced { continuation.yield() }
            return id
        }
        continuation.onTermination = { [weak self] _ in
            // The continuation is let go outside of the lock.
            _ = self?.state.withLock { $0.observers.removeValue(forKey: id) }
        }
        return stream
    }

    /// Returns after the first list; throws `CancellationError` if the task is cancelled first.
    func waitUntilSynced() async throws {
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // Seen within the lock: a cancellation after this finds the waiter there.
                let outcome = state.withLock { state -> Result<Void, CancellationError>? in
                    if state.isSynced { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            cancelWaiting(id)
        }
    }

    private func cancelWaiting(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
}
