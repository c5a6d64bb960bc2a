import DockerEngine
import Foundation
import Synchronization

/// What this gateway is doing with containers.
final class ContainerWorks: Sendable {
    private struct State {
        /// Containers that are being made, by name, and who waits for the end of that.
        var starting: [String: [AsyncStream<Never>.Continuation]] = [:]
        /// When containers that are being deleted should be gone, by id.
        var ending: [String: Date] = [:]
    }

    private let state = Mutex(State())

    func work(on container: Container) -> ContainerWork? {
        state.withLock { state in
            if let due = state.ending[container.id] { return .ending(due: due) }
            return state.starting[container.name] == nil ? nil : .starting
        }
    }

    /// - Returns: false if somebody makes it already.
    func start(_ name: String) -> Bool {
        state.withLock { state in
            guard state.starting[name] == nil else { return false }
            state.starting[name] = []
            return true
        }
    }

    /// It is made, or there is none.
    func started(_ name: String) {
        let waiting = state.withLock { $0.starting.removeValue(forKey: name) } ?? []
        for continuation in waiting { continuation.finish() }
    }

    /// Returns once nobody makes it any more, or the task is cancelled.
    func untilStarted(_ name: String) async {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.starting[name]?.append(continuation) == nil { continuation.finish() }
        }
        for await _ in end {}
    }

    func end(_ id: String, by due: Date) { state.withLock { $0.ending[id] = due } }

    /// It is gone, or cannot be deleted.
    func keep(_ id: String) { state.withLock { _ = $0.ending.removeValue(forKey: id) } }
}
