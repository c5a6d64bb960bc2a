import Synchronization

/// What labs are being asked about their ports, and have said a moment ago: the hundred connections that a browser
/// opens at once cost one question.
final class PortStates: Sendable {
    private struct Key: Hashable {
        let uid: String
        let restartCount: Int
        let port: UInt16
    }

    private enum Entry {
        /// One connection asks; these wait for what it hears.
        case asked(waiting: [AsyncStream<PortState?>.Continuation])
        /// The port was like that then.
        case answered(PortState, at: ContinuousClock.Instant)

        /// Whether it is of use to anybody.
        var isCurrent: Bool {
            guard case .answered(let state, let time) = self else { return true }
            return ContinuousClock.now - time < PortStates.trustTime(state)
        }
    }

    private enum Turn {
        case know(PortState)
        case ask
        case wait(AsyncStream<PortState?>)
    }

    /// For so long a port is taken to be as it was. A server that starts is not to be overlooked for longer than it
    /// takes to start.
    private static func trustTime(_ state: PortState) -> Duration {
        switch state {
        case .open: .seconds(5)
        case .closed: .seconds(1)
        case .busy: .zero
        }
    }

    /// Those that are asked about, and those whose answers could be believed when a question was put last.
    private let entries = Mutex([Key: Entry]())

    /// How the port takes connections. The answer may be to a question that another connection put a moment before.
    ///
    /// - Parameters:
    ///   - beliefs: which states are believed if the lab has told them a moment ago.
    ///   - ask: asks the lab; nil if it does not say.
    /// - Returns: nil if nobody can know, and on cancellation.
    func state(
        of port: UInt16, in lab: Lab, believing beliefs: Set<PortState>, ask: () async -> PortState?
    ) async -> PortState? {
        let key = Key(uid: lab.uid, restartCount: lab.restartCount, port: port)
        // Until there is an answer: whoever asks may leave before it, and then it is another one's turn.
        while !Task.isCancelled {
            switch takeTurn(key, beliefs) {
            case .know(let state):
                return state
            case .ask:
                let state = await ask()
                Task.isCancelled ? leave(key) : tell(state, key)
                return state
            case .wait(let answers):
                for await answer in answers { return answer }
            }
        }
        return nil
    }

    private func takeTurn(_ key: Key, _ beliefs: Set<PortState>) -> Turn {
        entries.withLock { entries in
            switch entries[key] {
            case .asked(let waiting)?:
                let (answers, waiter) = AsyncStream.makeStream(of: PortState?.self)
                entries[key] = .asked(waiting: waiting + [waiter])
                return .wait(answers)
            case .answered(let state, _)? where beliefs.contains(state) && entries[key]?.isCurrent == true:
                return .know(state)
            case .answered?, nil:
                entries = entries.filter { $0.value.isCurrent }
                entries[key] = .asked(waiting: [])
                return .ask
            }
        }
    }

    /// Gives the answer to all who wait for it.
    private func tell(_ state: PortState?, _ key: Key) {
        for waiter in replace(key, with: state.map { .answered($0, at: .now) }) {
            waiter.yield(state)
            waiter.finish()
        }
    }

    /// Lets another one ask.
    private func leave(_ key: Key) {
        for waiter in replace(key, with: nil) { waiter.finish() }
    }

    /// - Returns: who waits for an answer.
    private func replace(_ key: Key, with entry: Entry?) -> [AsyncStream<PortState?>.Continuation] {
        entries.withLock { entries in
            guard case .asked(let waiting)? = exchange(&entries[key], with: entry) else { return [] }
            return waiting
        }
    }
}
