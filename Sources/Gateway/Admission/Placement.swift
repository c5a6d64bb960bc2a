/// What became of a wish for a seat.
enum Placement: Hashable, Sendable {
    /// The lab may exist.
    case seated
    /// So many are to be seated first, and this one of them: 1 is next.
    case waiting(place: Int)
}
