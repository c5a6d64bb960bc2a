import Foundation

/// When each lab is asked for its CPU time: at its interval while it answers, and less and less often when it does not,
/// so that those that do not answer take little time from those that do.
struct MeterSchedule: Sendable {
    private struct Turn {
        var askedAt: Date
        /// Times in a row without an answer.
        var failureCount: Int
    }

    /// By the labs' UIDs.
    private var turns: [String: Turn] = [:]

    /// A lab that does not answer is asked again after this at the latest, or after its interval if that is longer: a
    /// node that has come back is noticed, and its labs can be found idle again.
    static let maximumPause: Duration = .seconds(900)

    /// Whether a lab is to be asked again.
    ///
    /// - Parameter interval: the pause between two questions while it answers.
    func isDue(_ lab: Lab, every interval: Duration, at now: Date) -> Bool {
        guard let turn = turns[lab.uid] else { return true }
        let passed = now.timeIntervalSince(turn.askedAt)
        // A clock that was put back must not silence all questions.
        return passed < 0 || passed >= Self.pause(after: turn.failureCount, interval).timeInterval
    }

    private static func pause(after failureCount: Int, _ interval: Duration) -> Duration {
        // Doubled so often, each interval is beyond the greatest pause.
        let doublings = min(failureCount, 10)
        return min(interval * (1 << doublings), max(interval, maximumPause))
    }

    /// Those that answer come first, and of these the one that was asked longest ago.
    func inOrder(_ labs: [Lab]) -> [Lab] {
        let keys = labs.map { lab in
            turns[lab.uid].map { ($0.failureCount, $0.askedAt) } ?? (0, .distantPast)
        }
        return zip(keys, labs).sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Takes note of who was asked, and who has answered.
    mutating func note(_ round: MeterRound, at now: Date) {
        for uid in round.times.keys { turns[uid] = Turn(askedAt: now, failureCount: 0) }
        for uid in round.silent {
            turns[uid] = Turn(askedAt: now, failureCount: (turns[uid]?.failureCount ?? 0) + 1)
        }
    }

    /// Forgets labs that are gone.
    mutating func forget(except uids: Set<String>) {
        turns = turns.filter { uids.contains($0.key) }
    }
}
