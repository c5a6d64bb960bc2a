import DockerEngine
import Foundation
import Synchronization

/// What this gateway is doing with containers.
final class ContainerWorks: Sendable {
    private struct State {
        /// Names of containers that are being made.
        var starting: Set<String> = []
        /// When containers that are being deleted should be gone, by id.
        var ending: [String: Date] = [:]
    }

    private let state = Mutex(State())

    func work(on container: Container) -> ContainerWork? {
        state.withLock { state in
            if let due = state.ending[container.id] { return .ending(due: due) }
            return state.starting.contains(container.name) ? .starting : nil
        }
    }

    /// - Returns: false if somebody makes it already.
    func start(_ name: String) -> Bool { state.withLock { $0.starting.insert(name).inserted } }

    /// It is made, or there is none.
    func started(_ name: String) { state.withLock { _ = $0.starting.remove(name) } }

    func end(_ id: String, by due: Date) { state.withLock { $0.ending[id] = due } }

    /// It is gone, or cannot be deleted.
    func keep(_ id: String) { state.withLock { _ = $0.ending.removeValue(forKey: id) } }
}
