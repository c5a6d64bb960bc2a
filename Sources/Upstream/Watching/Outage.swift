/// That something is away for now: it is told of once, and once more when it is back.
package struct Outage: Sendable {
    private var began: ContinuousClock.Instant?

    /// None.
    package init() {}

    /// Notes that it is away.
    ///
    /// - Returns: True if that is news.
    package mutating func begin() -> Bool {
        defer { began = began ?? .now }
        return began == nil
    }

    /// Notes that it is there.
    ///
    /// - Returns: How long it was away; nil if it wasn't.
    package mutating func end() -> Duration? {
        began.take()?.duration(to: .now)
    }
}
