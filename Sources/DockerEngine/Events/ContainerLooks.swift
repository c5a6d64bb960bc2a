/// Which of several looks at the engine's containers began later.
///
/// What an earlier one has found does not take the place of what a later one has: answers may overtake each other, and
/// an event follows whatever changes after a look.
struct ContainerLooks: Sendable {
    typealias Look = UInt64

    private var last: Look = 0
    /// Which look has found each container as it is known, by id.
    private var newest: [String: Look] = [:]

    /// To be called before the engine is asked.
    mutating func begin() -> Look {
        last += 1
        return last
    }

    /// Whether a later look has found this container.
    func hasLater(_ id: String, than look: Look) -> Bool { newest[id, default: 0] > look }

    /// Takes note of what a look has found.
    mutating func note(_ id: String, _ look: Look) { newest[id] = max(look, newest[id, default: 0]) }

    /// Forgets containers that were gone before a look.
    mutating func forget(except ids: Set<String>, before look: Look) {
        newest = newest.filter { ids.contains($0.key) || $0.value > look }
    }

    /// Takes note that a container is gone: no look that was begun before has found it after this.
    mutating func noteGone(_ id: String) { newest[id] = begin() }
}
