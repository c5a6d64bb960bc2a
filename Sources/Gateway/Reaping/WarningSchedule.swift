import Foundation

/// Which of the warnings before an end were told, so that each is told once.
struct WarningSchedule: Hashable, Sendable {
    private var until: Date?
    /// The shortest time before the end that was told of.
    private var told: Duration?

    /// Ends that are nearer to each other are the same: one is computed anew for each look, from clocks that tick apart.
    private static let tolerance: TimeInterval = 1

    init() {}

    /// Whether a warning is due now, which then counts as told. An end that has moved is warned of anew.
    ///
    /// Of several that have become due since the last time, only one is told.
    mutating func isDue(until end: Date, warnings: [Duration], at now: Date) -> Bool {
        if until.map({ abs(end.timeIntervalSince($0)) >= Self.tolerance }) ?? true {
            until = end
            told = nil
        }
        guard let due = warnings.filter({ end <= now + $0 }).min(), told.map({ due < $0 }) ?? true else { return false }
        told = due
        return now < end
    }
}
