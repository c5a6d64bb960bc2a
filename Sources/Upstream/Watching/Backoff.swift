/// Waits that double from a minimum to a maximum, each made up to half as long again at random so that clients don't
/// come back in step.
public struct Backoff: Sendable {
    private let minimum: Duration
    private let maximum: Duration
    private var current: Duration

    /// Begins with about `minimum`; no wait is much longer than `maximum`.
    public init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
        current = minimum
    }

    /// The next wait.
    public mutating func next() -> Duration {
        defer { current = min(current * 2, maximum) }
        return current * Double.random(in: 1...1.5)
    }

    /// The wait after something that went well for this long: it starts over if that was longer than any wait.
    public mutating func next(after success: Duration) -> Duration {
        if success >= maximum { reset() }
        return next()
    }

    /// Starts over, after a success.
    public mutating func reset() {
        current = minimum
    }
}
