import Synchronization

/// Counts connections that are not authenticated yet and says when there are too many (OpenSSH's MaxStartups).
final class StartupLimit: Sendable {
    /// Connections that may be unauthenticated at a time.
    let maximum: Int
    private let count = Mutex(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Counts one more; false, and not counted, when the limit is reached.
    func enter() -> Bool {
        count.withLock { count in
            guard count < maximum else { return false }
            count += 1
            return true
        }
    }

    /// One is authenticated, or gone.
    func leave() {
        count.withLock { $0 -= 1 }
    }
}
