import Classroom
import Foundation

/// What one time budget of a student shows at a moment.
struct BudgetReading: Hashable, Sendable {
    /// What is measured.
    let meter: Meter
    /// Over which span.
    let window: BudgetWindow
    /// What may be used in it.
    let limit: Duration
    /// What was used in it.
    let used: Duration
    /// When the window ends.
    let windowEnd: Date
    /// What follows from that.
    let state: BudgetState

    /// Refuses if it is used up.
    var admission: Admission {
        state.permitsNew ? .admitted : .refused(.spent(meter, window, limit: limit, until: windowEnd))
    }

    /// What the student is told of it, without a full stop; nil while there is enough.
    func notice(_ when: (Date) -> String) -> String? {
        let budget = "your \(meter.words) for \(window.words) (\(limit.spoken))"
        return switch state {
        case .open: nil
        case .warning(let left): "\(left.spoken) of \(budget) is left"
        case .grace(let until): "\(budget) is used up; everything of yours ends at \(when(until))"
        case .spent: Refusal.spent(meter, window, limit: limit, until: windowEnd).sentence(when)
        }
    }
}
