/// What was used in one window, such as one day.
struct WindowTally: Hashable, Sendable {
    /// When the window began, in milliseconds since 1970.
    let start: Int64
    /// What was closed in it, in milliseconds.
    let closed: Int64
}

extension WindowTally: Codable {
    /// Reads a pair of numbers.
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        start = Milliseconds.clamped(try container.decode(Int64.self))
        closed = min(max(try container.decode(Int64.self), 0), Milliseconds.limit)
    }

    /// Writes a pair of numbers.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(start)
        try container.encode(closed)
    }
}
