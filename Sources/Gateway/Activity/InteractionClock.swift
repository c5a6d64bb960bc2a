import Foundation
import Synchronization

/// When somebody last did something. Noting it costs next to nothing, for it happens at each keystroke.
///
/// Kept on the monotonic clock: a jump of the wall clock makes nobody idle, and nobody busy.
final class InteractionClock: Sendable {
    private static let origin = ContinuousClock.now

    /// Nanoseconds since `origin`.
    private let last: Atomic<Int64>

    /// Begins long ago: coming alone is no interaction.
    init() {
        last = Atomic(Self.nanoseconds - Self.longAgo)
    }

    /// Nanoseconds in ten years: before every lab.
    private static let longAgo: Int64 = 10 * 365 * 86_400 * 1_000_000_000

    /// Notes an interaction.
    func note() {
        last.store(Self.nanoseconds, ordering: .relaxed)
    }

    /// How long ago the last interaction was.
    var age: Duration { .nanoseconds(max(0, Self.nanoseconds - last.load(ordering: .relaxed))) }

    /// The last interaction on the wall clock, which is `now`.
    func date(now: Date) -> Date { now - age.timeInterval }

    private static var nanoseconds: Int64 {
        let (seconds, attoseconds) = origin.duration(to: .now).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
