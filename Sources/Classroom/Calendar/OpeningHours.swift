/// Hours of the week in which a course is open. Hours over midnight are two of these; adjoining ones are joined.
public struct OpeningHours: Hashable, Sendable {
    /// On which days.
    public var days: Set<Weekday>
    /// From when on.
    public var from: LocalTime
    /// Until when; later than `from`.
    public var to: LocalTime

    /// Makes opening hours; `to` is later than `from`.
    public init(days: Set<Weekday>, from: LocalTime, to: LocalTime) {
        self.days = days
        self.from = from
        self.to = to
    }
}
