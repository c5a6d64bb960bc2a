import Foundation
import Synchronization

/// When one lab was last interacted with on this gateway, whatever used it.
///
/// The others learn of it in good time, but for a lab that they are about to stop: then it is told at once, once for each
/// call of ``expect()``.
final class LabClock: Sendable {
    private let clock = InteractionClock()
    private let isExpected = Atomic(false)
    private let tell: @Sendable () -> Void

    /// - Parameter tell: called at the next interaction after ``expect()``; must not wait.
    init(tell: @escaping @Sendable () -> Void) {
        self.tell = tell
    }

    /// The next interaction is to be told at once.
    func expect() {
        isExpected.store(true, ordering: .relaxed)
    }

    /// Notes an interaction. Costs next to nothing, for it happens at each keystroke.
    func note() {
        clock.note()
        guard isExpected.load(ordering: .relaxed), isExpected.exchange(false, ordering: .relaxed) else { return }
        tell()
    }

    /// The last interaction on the wall clock, which is `now`.
    func date(now: Date) -> Date { clock.date(now: now) }
}
