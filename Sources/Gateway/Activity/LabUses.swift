import Classroom
import Foundation
import Synchronization

/// Everything that uses a lab on this gateway, and when each of these labs was last interacted with.
final class LabUses: Sendable {
    /// Pods of labs that the others are about to stop and that were interacted with just now, by name. For one reader.
    let urgentPods: AsyncStream<String>

    private let metrics: GatewayMetrics
    private let urge: AsyncStream<String>.Continuation
    private let state = Mutex(State())

    /// Names that wait for the reader: a lab whose name is dropped has its mark written with those of the next tick.
    private static let maximumUrgentCount = 1024

    private struct State {
        var uses: [ObjectIdentifier: LabUse] = [:]
        /// By pod. One stays when the last use has ended, until the pod's mark says it, too.
        var labs: [String: UsedLab] = [:]
    }

    private struct UsedLab {
        let clock: LabClock
        /// How many use it now.
        var useCount = 0
    }

    init(metrics: GatewayMetrics) {
        self.metrics = metrics
        (urgentPods, urge) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.maximumUrgentCount))
    }

    /// All of them, in no order.
    var all: [LabUse] { state.withLock { Array($0.uses.values) } }

    /// When the lab was last interacted with on this gateway; nil if it was not.
    func interaction(withPod pod: String, now: Date) -> Date? {
        state.withLock { $0.labs[pod]?.clock }?.date(now: now)
    }

    /// The pods that were interacted with.
    var pods: [String] { state.withLock { Array($0.labs.keys) } }

    /// Begins a use of the visit's lab. That somebody has come is urgent news: the lab may be about to be stopped.
    func begin(_ visit: Visit, as kind: LabUse.Kind) -> LabUse {
        let pod = LabName(student: visit.student.name, course: visit.course.name).pod
        return state.withLock { state in
            var lab = state.labs[pod] ?? makeLab(pod)
            lab.clock.expect()
            lab.useCount += 1
            state.labs[pod] = lab
            let use = LabUse(visit, pod: pod, kind: kind, labClock: lab.clock, metrics: metrics)
            state.uses[ObjectIdentifier(use)] = use
            return use
        }
    }

    /// The use is over.
    func finish(_ use: LabUse) {
        state.withLock { state in
            guard state.uses.removeValue(forKey: ObjectIdentifier(use)) != nil else { return }
            state.labs[use.pod]?.useCount -= 1
        }
    }

    /// The student wants the lab to go on.
    func noteInteraction(withPod pod: String) {
        state.withLock { state in
            let lab = state.labs[pod] ?? makeLab(pod)
            lab.clock.note()
            state.labs[pod] = lab
        }
    }

    /// The lab is about to be stopped by others: an interaction is urgent news.
    func expectInteraction(withPod pod: String) {
        state.withLock { $0.labs[pod]?.clock }?.expect()
    }

    /// Forgets a lab's clock if nothing uses it any more: its pod knows, or is gone.
    func forget(pod: String) {
        state.withLock { state in
            if state.labs[pod]?.useCount == 0 { state.labs[pod] = nil }
        }
    }

    private func makeLab(_ pod: String) -> UsedLab {
        UsedLab(clock: LabClock { [urge] in urge.yield(pod) })
    }
}
