import Classroom
import Foundation
import Synchronization

/// Everything that uses a lab on this gateway, and when each of these labs was last interacted with.
final class LabUses: Sendable {
    private let metrics: GatewayMetrics
    private let state = Mutex(State())

    private struct State {
        var uses: [ObjectIdentifier: LabUse] = [:]
        /// By pod. Stays when the last use has ended, until the pod's mark says it, too.
        var clocks: [String: InteractionClock] = [:]
    }

    init(metrics: GatewayMetrics) {
        self.metrics = metrics
    }

    /// All of them, in no order.
    var all: [LabUse] { state.withLock { Array($0.uses.values) } }

    /// When the lab was last interacted with on this gateway; nil if it was not.
    func interaction(withPod pod: String, now: Date) -> Date? {
        state.withLock { $0.clocks[pod] }?.date(now: now)
    }

    /// The pods that were interacted with.
    var pods: [String] { state.withLock { Array($0.clocks.keys) } }

    /// Begins a use of the visit's lab.
    func begin(_ visit: Visit, as kind: LabUse.Kind) -> LabUse {
        let pod = LabName(student: visit.student.name, course: visit.course.name).pod
        return state.withLock { state in
            let clock = state.clocks[pod] ?? InteractionClock()
            state.clocks[pod] = clock
            let use = LabUse(visit, pod: pod, kind: kind, labClock: clock, metrics: metrics)
            state.uses[ObjectIdentifier(use)] = use
            return use
        }
    }

    /// The use is over.
    func finish(_ use: LabUse) {
        state.withLock { _ = $0.uses.removeValue(forKey: ObjectIdentifier(use)) }
    }

    /// The student wants the lab to go on.
    func noteInteraction(withPod pod: String) {
        state.withLock { state in
            let clock = state.clocks[pod] ?? InteractionClock()
            clock.note()
            state.clocks[pod] = clock
        }
    }

    /// Forgets a lab's clock if nothing uses it any more: its pod knows, or is gone.
    func forget(pod: String) {
        state.withLock { state in
            if !state.uses.values.contains(where: { $0.pod == pod }) { state.clocks[pod] = nil }
        }
    }
}
