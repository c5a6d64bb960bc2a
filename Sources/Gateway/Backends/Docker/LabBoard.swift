import Synchronization

/// Who wants to know what has become of labs.
final class LabBoard: Sendable {
    private struct Subscriber {
        let continuation: AsyncStream<Lab?>.Continuation
        /// What it was told last; nil if nothing.
        var last: Lab??
    }

    private struct State {
        /// By the lab's name.
        var subscribers: [String: [UInt64: Subscriber]] = [:]
        var observers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var lastID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    private let state = Mutex(State())

    /// Tells of a change of anything.
    ///
    /// - Parameter lab: the lab of a name as it is now. Called within a lock, so that nobody gets an older state after a
    ///   newer one.
    func publish(_ lab: (_ name: String) -> Lab?) {
        state.withLock { state in
            for name in state.subscribers.keys {
                let present = lab(name)
                for (id, subscriber) in state.subscribers[name] ?? [:] where subscriber.last != .some(present) {
                    state.subscribers[name]?[id]?.last = .some(present)
                    subscriber.continuation.yield(present)
                }
            }
            for observer in state.observers.values { observer.yield() }
        }
    }

    /// The lab of a name after each change, and now if `lab` is given.
    func updates(of name: String, now lab: ((_ name: String) -> Lab?)?) -> AsyncStream<Lab?> {
        let (stream, continuation) = AsyncStream<Lab?>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            var subscriber = Subscriber(continuation: continuation)
            if let present = lab?(name) ?? nil {
                subscriber.last = .some(present)
                continuation.yield(present)
            } else if lab != nil {
                subscriber.last = .some(nil)
                continuation.yield(nil)
            }
            state.subscribers[name, default: [:]][id] = subscriber
            return id
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id, name) }
        return stream
    }

    private func unsubscribe(_ id: UInt64, _ name: String) {
        // The continuation is let go outside of the lock.
        _ = state.withLock { state -> Subscriber? in
            let subscriber = state.subscribers[name]?.removeValue(forKey: id)
            if state.subscribers[name]?.isEmpty == true { state.subscribers[name] = nil }
            return subscriber
        }
    }

    /// An element after each change, and now if told so; those not taken are one.
    func changes(now: Bool) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.makeID()
            state.observers[id] = continuation
            if now { continuation.yield() }
            return id
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: id) }
        }
        return stream
    }
}
