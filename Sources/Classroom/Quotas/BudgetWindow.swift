/// Over which span of the calendar a time budget is counted.
public enum BudgetWindow: String, CaseIterable, Codable, Hashable, Sendable {
    /// From local midnight to local midnight.
    case day
    /// From Monday to Sunday.
    case week
    /// The course's term.
    case term
}
