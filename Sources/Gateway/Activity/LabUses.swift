import Classroom
import Foundation
import Synchronization

/// Everything that uses a lab on this gateway, and when each of these labs was last interacted with.
final class LabUses: Sendable {
    /// Labs that the others are about to stop and that were interacted with just now, by name. For one reader.
    let urgentLabs: AsyncStream<String>

    private let metrics: GatewayMetrics
    private let urge: AsyncStream<String>.Continuation
    private let state = Mutex(State())

    /// Names that wait for the reader: a lab whose name is dropped has its mark written with those of the next tick.
    private static let maximumUrgentCount = 1024

    private struct State {
        var uses: [ObjectIdentifier: LabUse] = [:]
        /// By name. One stays when the last use has ended, until the mark on the lab says it, too.
        var labs: [String: UsedLab] = [:]
    }

    private struct UsedLab {
        let clock: LabClock
        /// How many use it now.
        var useCount = 0
    }

    init(metrics: GatewayMetrics) {
        self.metrics = metrics
        (urgentLabs, urge) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.maximumUrgentCount))
    }

    /// All of them, in no order.
    var all: [LabUse] { state.withLock { Array($0.uses.values) } }

    /// When the lab was last interacted with on this gateway; nil if it was not.
    func interaction(withLab name: String, now: Date) -> Date? {
        state.withLock { $0.labs[name]?.clock }?.date(now: now)
    }

    /// The labs that were interacted with, by name.
    var labs: [String] { state.withLock { Array($0.labs.keys) } }

    /// Begins a use of the visit's lab. That somebody has come is urgent news: the lab may be about to be stopped.
    func begin(_ visit: Visit, as kind: LabUse.Kind) -> LabUse {
        let name = LabName(student: visit.student.name, course: visit.course.name).lab
        return state.withLock { state in
            var lab = state.labs[name] ?? makeLab(name)
            lab.clock.expect()
            lab.useCount += 1
            state.labs[name] = lab
            let use = LabUse(visit, lab: name, kind: kind, labClock: lab.clock, metrics: metrics)
            state.uses[ObjectIdentifier(use)] = use
            return use
        }
    }

    /// The use is over.
    func finish(_ use: LabUse) {
        state.withLock { state in
            guard state.uses.removeValue(forKey: ObjectIdentifier(use)) != nil else { return }
            state.labs[use.lab]?.useCount -= 1
        }
    }

    /// The student wants the lab to go on.
    func noteInteraction(withLab name: String) {
        state.withLock { state in
            let lab = state.labs[name] ?? makeLab(name)
            lab.clock.note()
            state.labs[name] = lab
        }
    }

    /// The lab is about to be stopped by others: an interaction is urgent news.
    func expectInteraction(withLab name: String) {
        state.withLock { $0.labs[name]?.clock }?.expect()
    }

    /// Forgets a lab's clock if nothing uses it any more: its mark knows, or it is gone.
    func forget(lab name: String) {
        state.withLock { state in
            if state.labs[name]?.useCount == 0 { state.labs[name] = nil }
        }
    }

    private func makeLab(_ name: String) -> UsedLab {
        UsedLab(clock: LabClock { [urge] in urge.yield(name) })
    }
}
