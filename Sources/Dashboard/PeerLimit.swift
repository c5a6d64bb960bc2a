import Synchronization

/// How many connections one address has, so that none takes the room of all others.
final class PeerLimit: Sendable {
    private let maximum: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter maximum: connections of one address at once.
    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes a place for a connection; false if the address has all of its own.
    func enter(_ address: String) -> Bool {
        counts.withLock { counts in
            guard counts[address, default: 0] < maximum else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    /// Gives a place back.
    func leave(_ address: String) {
        counts.withLock { counts in
            let count = counts[address, default: 0] - 1
            counts[address] = count > 0 ? count : nil
        }
    }
}
