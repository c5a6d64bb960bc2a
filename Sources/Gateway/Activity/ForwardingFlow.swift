import Synchronization

/// Tells the traffic of somebody at work from the heartbeat of a program that was left open.
///
/// Bytes that a client sends through forwarded connections are an interaction only when there are enough of them within
/// a minute: an idle editor's few must not keep a lab alive for ever.
final class ForwardingFlow: Sendable {
    private let floor: Int
    private let minute = Mutex(Minute())

    private struct Minute {
        var start = ContinuousClock.now
        var byteCount = 0
    }

    /// - Parameter floor: bytes within a minute; fewer are no interaction.
    init(floor: Int) {
        self.floor = floor
    }

    /// Notes bytes of the client's.
    ///
    /// - Returns: whether they are an interaction.
    func note(byteCount: Int, now: ContinuousClock.Instant = .now) -> Bool {
        minute.withLock { minute in
            if now - minute.start >= .seconds(60) { minute = Minute(start: now) }
            minute.byteCount += byteCount
            return minute.byteCount >= floor
        }
    }
}
