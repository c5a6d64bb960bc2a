import Synchronization

/// How long a command in a lab may take to say something, and to end. It is the student's, who can stop it (SIGSTOP).
final class OutputWatch: Sendable {
    private let silenceLimit: Duration
    private let limit: Duration
    private let beginning = ContinuousClock.now
    private let lastOutput: Mutex<ContinuousClock.Instant>

    /// - Parameters:
    ///   - silenceLimit: from one piece of output to the next.
    ///   - limit: for everything: to say a little now and then is no work.
    init(silenceLimit: Duration, limit: Duration) {
        self.silenceLimit = silenceLimit
        self.limit = limit
        lastOutput = Mutex(beginning)
    }

    /// Notes that there was output.
    func noteOutput() { lastOutput.withLock { $0 = .now } }

    /// Returns when a limit is reached, in words, or nil when the task is cancelled.
    func reachesLimit() async -> String? {
        let end = beginning + limit
        while true {
            let silenceEnd = lastOutput.withLock { $0 } + silenceLimit
            if ContinuousClock.now >= end { return "it has not ended within \(limit)" }
            if ContinuousClock.now >= silenceEnd { return "nothing has come for \(silenceLimit)" }
            guard (try? await Task.sleep(until: min(silenceEnd, end))) != nil else { return nil }
        }
    }
}
