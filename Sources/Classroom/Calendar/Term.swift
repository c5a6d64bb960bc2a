/// The dates of a term, both inclusive.
public struct Term: Hashable, Sendable {
    /// The first day.
    public var from: LocalDate
    /// The last day.
    public var to: LocalDate

    /// Makes a term; `to` is not before `from`.
    public init(from: LocalDate, to: LocalDate) {
        self.from = from
        self.to = to
    }
}
