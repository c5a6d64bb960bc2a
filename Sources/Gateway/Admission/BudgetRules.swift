import Classroom
import Foundation

/// The time budgets of a student in a course.
struct BudgetRules: Hashable, Sendable {
    /// The course's name.
    var course: String
    /// What may be used.
    var budgets: [Meter: TimeBudget]
    /// What is left when warnings begin.
    var warning: Duration
    /// How long what is open may go on when a budget is used up.
    var grace: Duration

    /// All budgets that there are now, the tightest first. `ranOutAt` tells when one was first seen used up, if known.
    func readings(
        _ ledger: Ledger, at now: Date, windows: WindowIntervals,
        ranOutAt: (Meter, BudgetWindow) -> Date? = { _, _ in nil }
    ) -> [BudgetReading] {
        var readings: [BudgetReading] = []
        for meter in Meter.allCases {
            for window in BudgetWindow.allCases {
                guard let limit = budgets[meter]?[window], let interval = windows(window, now) else { continue }
                let used = ledger.used(meter, course: course, in: window, at: now, windows: windows)
                let state = BudgetState(
                    used: used, limit: limit, windowEnd: interval.end, at: now, warning: warning, grace: grace,
                    ranOutAt: ranOutAt(meter, window))
                readings.append(
                    BudgetReading(
                        meter: meter, window: window, limit: limit, used: used, windowEnd: interval.end, state: state))
            }
        }
        return readings.sorted { $0.state.isTighter(than: $1.state) }
    }

    /// Whether all budgets leave time for something new.
    func admission(_ ledger: Ledger, at now: Date, windows: WindowIntervals) -> Admission {
        // Those that are used up are refused with the one that lasts longest, whether there is grace or not.
        let spent = readings(ledger, at: now, windows: windows).filter { !$0.state.permitsNew }
        return spent.max { $0.windowEnd < $1.windowEnd }?.admission ?? .admitted
    }
}
