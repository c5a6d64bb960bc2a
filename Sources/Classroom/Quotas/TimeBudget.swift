/// How much of a meter may be used, for each window of the calendar; all that are given hold at once.
public struct TimeBudget: Hashable, Sendable {
    /// What may be used in a day; nil is no limit.
    public var day: Duration?
    /// What may be used in a week; nil is no limit.
    public var week: Duration?
    /// What may be used in a term; nil is no limit.
    public var term: Duration?

    /// Makes a budget; without arguments, one that limits nothing.
    public init(day: Duration? = nil, week: Duration? = nil, term: Duration? = nil) {
        self.day = day
        self.week = week
        self.term = term
    }

    /// What may be used in a window; nil is no limit.
    public subscript(window: BudgetWindow) -> Duration? {
        switch window {
        case .day: day
        case .week: week
        case .term: term
        }
    }
}
