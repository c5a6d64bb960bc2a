/// One time of leading, from its start to its end.
public struct Leadership: Hashable, Sendable {
    /// When it began.
    public var since: ContinuousClock.Instant
    /// For how long nobody had led before; nil if it was handed over within one lease duration, which is as good as at
    /// once. Zero means that nobody is known to have ever led, so that nobody knows for how long.
    public var gap: Duration?

    /// Makes a leadership by hand.
    public init(since: ContinuousClock.Instant, gap: Duration?) {
        self.since = since
        self.gap = gap
    }
}
