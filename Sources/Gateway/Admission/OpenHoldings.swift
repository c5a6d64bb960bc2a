import Classroom
import Foundation
import Synchronization
import Upstream

/// What this gateway holds for students at present, and what the ledgers have to say of it.
final class OpenHoldings: Sendable {
    private struct State {
        /// The connections that there are.
        var connections: Set<String> = []
        /// By id.
        var holdings: [String: OpenHolding] = [:]
    }

    private let state = Mutex(State())

    /// All of them by student, the oldest first.
    var byStudent: [String: [OpenHolding]] {
        let holdings = state.withLock { Array($0.holdings.values) }
        return Dictionary(grouping: holdings.sorted { $0.since < $1.since }, by: \.student)
    }

    /// A connection has come.
    func connectionOpened(_ id: String) {
        state.withLock { _ = $0.connections.insert(id) }
    }

    /// A connection has gone, with everything on it.
    func connectionClosed(_ id: String) {
        state.withLock { state in
            state.connections.remove(id)
            state.holdings = state.holdings.filter { $0.value.connection != id }
        }
    }

    /// Something of a visit's is in the ledger. Nothing of a connection that has gone meanwhile: its end was noted as
    /// well.
    func note(_ id: String, _ kind: HoldingKind, _ visit: Visit, at now: Date = .clusterNow) {
        state.withLock { state in
            guard state.connections.contains(visit.connection), state.holdings[id] == nil else { return }
            state.holdings[id] = OpenHolding(
                id: id, kind: kind, student: visit.student.name, course: visit.course.name,
                connection: visit.connection, since: now)
        }
    }

    /// Something is over.
    func forget(_ id: String) {
        state.withLock { _ = $0.holdings.removeValue(forKey: id) }
    }

    /// Whether something is still held.
    func contains(_ id: String) -> Bool {
        state.withLock { $0.holdings[id] != nil }
    }
}
