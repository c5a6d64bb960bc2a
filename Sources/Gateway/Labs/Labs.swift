import Classroom
import Kubernetes

/// Finds a student's lab, or starts it.
///
/// The truth is the pod in the cluster: nothing is remembered here. Whoever comes second, in this gateway or another,
/// finds the name taken and waits for the same pod.
struct Labs: Sendable {
    let client: APIClient
    let pods: PodCache
    let namespace: String
    let metrics: GatewayMetrics

    /// Waits between two tries of a request while a student waits: jittered, so that a class does not come in step.
    static let backoff = Backoff(minimum: .milliseconds(250), maximum: .seconds(10))

    /// How long a lab may be unschedulable before its student is told: an autoscaler or a lab that just ends may help.
    var unschedulablePatience: Duration = .seconds(20)
    /// A start that has said nothing for so long has its events read, again and again at this interval.
    var eventInterval: Duration = .seconds(4)

    /// The lab, ready for lab sessions.
    ///
    /// - Parameters:
    ///   - dead: a pod that is known not to be usable although it may still look so.
    ///   - permit: whether the lab may be started, if there is none.
    ///   - progress: told each new stage, the first at once if the lab is not ready.
    /// - Throws: `LabError`, or `CancellationError` when nobody waits any more.
    func ready(
        _ wanted: LabPod, not dead: Lab? = nil, permit: LabPermit,
        progress: @escaping @Sendable (LabStage) async -> Void
    ) async throws -> Lab {
        if let lab = known(wanted), !lab.isSame(as: dead) { return lab }
        let start = LabStart(labs: self, wanted: wanted, dead: dead, permit: permit, progress: progress)
        do {
            let lab = try await follow(start)
            metrics.labStarted(course: wanted.course.name, .ready)
            return lab
        } catch {
            metrics.labStarted(course: wanted.course.name, Task.isCancelled ? .gone : LabStartOutcome(error))
            throw error
        }
    }

    private func follow(_ start: LabStart) async throws -> Lab {
        try await withThrowingTaskGroup(of: Lab?.self) { group in
            group.addTask { try await start.run() }
            group.addTask { try await start.watchEvents() }
            group.addTask { try await start.watchDeadline() }
            defer { group.cancelAll() }
            for try await lab in group { if let lab { return lab } }
            throw CancellationError()
        }
    }

    /// The lab as last seen, if it is ready. Asks nobody.
    func known(_ wanted: LabPod) -> Lab? {
        pods.pod(named: wanted.name.pod).flatMap { usable($0, wanted) }
    }

    /// What the pod says, if it is of use for `wanted`.
    func usable(_ pod: Pod, _ wanted: LabPod) -> Lab? {
        guard wanted.owns(pod), LabAssessment(pod) == .ready else { return nil }
        return Lab(pod, isOutdated: wanted.isNewer(than: pod))
    }

    /// Why a lab that was in use was stopped, if it was.
    func stopReason(of lab: Lab) -> String? {
        pods.pod(named: lab.pod).flatMap { $0.metadata.uid == lab.uid ? $0.stopReason : nil }
    }

    /// Why a lab that was in use may have gone, if the cluster says.
    func obituary(of lab: Lab) -> String? {
        guard let pod = pods.pod(named: lab.pod), pod.metadata.uid == lab.uid else { return "your lab was deleted" }
        if pod.isTerminating { return "your lab is being deleted" }
        if pod.status.phase == .failed {
            let reason = [pod.status.reason, pod.status.message].compactMap(\.self).joined(separator: ": ")
            return "your lab has failed" + (reason.isEmpty ? "" : " (\(reason))")
        }
        guard let status = pod.containerStatus(LabPod.container) else { return nil }
        let isAnother = status.restartCount != lab.restartCount
        guard case .terminated(let termination)? = isAnother ? status.lastState : status.state else { return nil }
        return termination.reason == "OOMKilled" ? "your lab has used up its memory" : "your lab has ended"
    }
}
