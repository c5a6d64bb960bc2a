import Synchronization

/// The pods as last seen, and who wants to know of changes. One lock; each change costs the same however many pods
/// there are.
final class PodStore: Sendable {
    private struct State {
        var isSynced = false
        var pods: [String: Pod] = [:]
        var subscribers: [String: [UInt64: AsyncStream<Pod?>.Continuation]] = [:]
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            defer { nextID += 1 }
            return nextID
        }

        // Within the lock, so that no subscriber gets an older state after a newer one.
        func publish(_ pod: Pod?, name: String) {
            for subscriber in subscribers[name, default: [:]].values { subscriber.yield(pod) }
        }
    }

    private let state = Mutex(State())

    var isSynced: Bool { state.withLock { $0.isSynced } }

    var pods: [Pod] { state.withLock { Array($0.pods.values) } }

    func pod(named name: String) -> Pod? { state.withLock { $0.pods[name] } }
}

// MARK: - Changes

extension PodStore {
    /// Takes over a complete list: what is not in it is gone.
    func replace(with list: [Pod]) {
        let waiters = state.withLock { state -> [UInt64: CheckedContinuation<Void, any Error>] in
            let pods = Dictionary(list.map { ($0.metadata.name, $0) }, uniquingKeysWith: { $1 })
            let previous = exchange(&state.pods, with: pods)
            let isFirst = !exchange(&state.isSynced, with: true)
            for name in state.subscribers.keys where isFirst || previous[name] != pods[name] {
                state.publish(pods[name], name: name)
            }
            return exchange(&state.waiters, with: [:])
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// A pod was created or changed.
    func set(_ pod: Pod) {
        state.withLock { state in
            state.pods[pod.metadata.name] = pod
            state.publish(pod, name: pod.metadata.name)
        }
    }

    /// A pod is gone.
    func remove(_ pod: Pod) {
        state.withLock { state in
            state.pods[pod.metadata.name] = nil
            state.publish(nil, name: pod.metadata.name)
        }
    }
}

// MARK: - Waiting

extension PodStore {
    /// The pod of this name, now if there was a list, and after each change.
    func updates(ofPodNamed name: String) -> AsyncStream<Pod?> {
        let (stream, continuation) = AsyncStream<Pod?>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            state.subscribers[name, default: [:]][id] = continuation
            if state.isSynced { continuation.yield(state.pods[name]) }
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.unsubscribe(id, name: name)
        }
        return stream
    }

    private func unsubscribe(_ id: UInt64, name: String) {
        // The continuation is let go outside of the lock.
        _ = state.withLock { state -> AsyncStream<Pod?>.Continuation? in
            let continuation = state.subscribers[name]?.removeValue(forKey: id)
            if state.subscribers[name]?.isEmpty == true { state.subscribers[name] = nil }
            return continuation
        }
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
