import Upstream

/// Tries of requests whose failure may pass.
struct RequestTries {
    /// How long a creation goes on beginning to try. A try may take half a minute itself, and after a minute whoever
    /// balances the ledgers takes a lab that is not there for one that does not come.
    static let creationLimit: Duration = .seconds(20)

    /// No try begins later; nil if there is no end.
    private let end: ContinuousClock.Instant?
    private var backoff = Labs.backoff

    /// - Parameter limit: how long tries go on beginning; nil for ever.
    init(within limit: Duration? = nil, now: ContinuousClock.Instant = .now) {
        end = limit.map { now + $0 }
    }

    /// How long to wait before the next try.
    ///
    /// - Throws: `StalledCreation` if it would begin too late.
    mutating func pause(
        after error: BackendError, now: ContinuousClock.Instant = .now
    ) throws(StalledCreation) -> Duration {
        let pause = max(backoff.next(), error.retryAfter ?? .zero)
        if let end, now + pause > end { throw StalledCreation(pause: pause) }
        return pause
    }
}
