import Classroom

extension BudgetWindow {
    /// What students call the present one.
    var words: String {
        switch self {
        case .day: "today"
        case .week: "this week"
        case .term: "this term"
        }
    }
}
