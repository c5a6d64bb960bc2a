import Synchronization

/// The objects of one kind as last seen, by name, and who wants to know of changes. One lock; a change of a named object
/// costs the same however many there are.
package final class ObjectStore<Object: Equatable & Sendable>: Sendable {
    private struct State {
        var isSynced = false
        var isAvailable = true
        var objects: [String: Object] = [:]
        var subscribers: [String: [UInt64: AsyncStream<Object?>.Continuation]] = [:]
        var observers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            defer { nextID += 1 }
            return nextID
        }

        // Within the lock, so that no subscriber gets an older state after a newer one.
        func publish(_ object: Object?, name: String) {
            for subscriber in subscribers[name, default: [:]].values { subscriber.yield(object) }
        }

        func publishChange() {
            for observer in observers.values { observer.yield() }
        }

        mutating func remove(_ name: String) {
            guard objects.removeValue(forKey: name) != nil else { return }
            publish(nil, name: name)
            publishChange()
        }

        /// Notes that what is known is true as far as it goes; who waited for that is to be resumed.
        mutating func sync() -> [UInt64: CheckedContinuation<Void, any Error>] {
            isSynced = true
            return exchange(&waiters, with: [:])
        }
    }

    private let name: @Sendable (Object) -> String
    private let state = Mutex(State())

    /// Makes a store without objects.
    ///
    /// - Parameter name: What an object is called.
    package init(name: @escaping @Sendable (Object) -> String) {
        self.name = name
    }

    /// True once there was a list, or it was clear that there is none to be had.
    package var isSynced: Bool { state.withLock { $0.isSynced } }

    /// False while the server does not know objects of this kind.
    package var isAvailable: Bool { state.withLock { $0.isAvailable } }

    /// All objects, in no order.
    package var objects: [Object] { state.withLock { Array($0.objects.values) } }

    /// The object of this name.
    package func object(named name: String) -> Object? { state.withLock { $0.objects[name] } }
}

// MARK: - Changes

extension ObjectStore {
    /// Takes over a complete list: what is not in it is gone.
    ///
    /// - Returns: True if the server did not know objects of this kind before.
    @discardableResult
    package func replace(with list: [Object]) -> Bool {
        let (waiters, appears) = state.withLock { state in
            let objects = Dictionary(list.map { (name($0), $0) }, uniquingKeysWith: { $1 })
            let previous = exchange(&state.objects, with: objects)
            let isFirst = !state.isSynced
            for name in state.subscribers.keys where isFirst || previous[name] != objects[name] {
                state.publish(objects[name], name: name)
            }
            let appears = !exchange(&state.isAvailable, with: true)
            if isFirst || appears || previous != objects { state.publishChange() }
            return (state.sync(), appears)
        }
        for waiter in waiters.values { waiter.resume() }
        return appears
    }

    /// The server does not know objects of this kind. If it never had, there are no objects; if it had, those last seen
    /// stay: what has taken the kind away has deleted its objects one by one, and been seen to, before.
    ///
    /// - Returns: True if this is news.
    package func kindIsMissing() -> Bool {
        let (waiters, isNews) = state.withLock { state in
            let isNews = exchange(&state.isAvailable, with: false)
            if !state.isSynced {
                for name in state.subscribers.keys { state.publish(nil, name: name) }
            }
            if isNews { state.publishChange() }
            return (state.sync(), isNews)
        }
        for waiter in waiters.values { waiter.resume() }
        return isNews
    }

    /// An object was created or changed.
    package func set(_ object: Object) {
        state.withLock { state in
            let name = name(object)
            guard state.objects.updateValue(object, forKey: name) != object else { return }
            state.publish(object, name: name)
            state.publishChange()
        }
    }

    /// The object of this name is gone.
    package func remove(named name: String) {
        state.withLock { $0.remove(name) }
    }

    /// The object of which this is true, if there is one, is gone. Costs more the more objects there are.
    package func remove(where isGone: (Object) -> Bool) {
        state.withLock { state in
            if let name = state.objects.first(where: { isGone($0.value) })?.key { state.remove(name) }
        }
    }
}

// MARK: - Waiting

extension ObjectStore {
    /// The object of this name, now if there was a list, and after each change.
    package func updates(ofObjectNamed name: String) -> AsyncStream<Object?> {
        let (stream, continuation) = AsyncStream<Object?>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            state.subscribers[name, default: [:]][id] = continuation
            if state.isSynced { continuation.yield(state.objects[name]) }
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.unsubscribe(id, name: name)
        }
        return stream
    }

    private func unsubscribe(_ id: UInt64, name: String) {
        // The continuation is let go outside of the lock.
        _ = state.withLock { state -> AsyncStream<Object?>.Continuation? in
            let continuation = state.subscribers[name]?.removeValue(forKey: id)
            if state.subscribers[name]?.isEmpty == true { state.subscribers[name] = nil }
            return continuation
        }
    }

    /// An element now if there was a list, and after each change of anything; those not taken are one.
    package func changes() -> AsyncStream<Void> {
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
    package func waitUntilSynced() async throws {
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
