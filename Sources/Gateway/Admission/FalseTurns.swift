import Upstream

/// Turns in a queue that turned out to be none: the room that is watched may be behind the one that is changed, and
/// would call again at once.
struct FalseTurns {
    private var backoff = Labs.backoff

    /// How long to let the watch catch up before it is looked at again.
    ///
    /// - Parameter seemed: whether it had seemed to be the student's turn.
    mutating func pause(afterTurn seemed: Bool) -> Duration {
        if seemed { return backoff.next() }
        backoff.reset()
        return .zero
    }
}
