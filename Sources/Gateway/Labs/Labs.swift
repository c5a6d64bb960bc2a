import Classroom
import Upstream

/// Finds a student's lab, or starts it.
///
/// The truth is with the backend: nothing is remembered here. Whoever comes second, in this gateway or another, finds
/// the name taken and waits for the same lab.
struct Labs: Sendable {
    let backend: any LabBackend
    let metrics: GatewayMetrics

    /// Waits between two tries of a request while a student waits: jittered, so that a class does not come in step.
    static let backoff = Backoff(minimum: .milliseconds(250), maximum: .seconds(10))

    /// How long a lab may be unschedulable before its student is told: an autoscaler or a lab that just ends may help.
    var unschedulablePatience: Duration = .seconds(20)
    /// A start that has said nothing for so long has its hindrances asked for, again and again at this interval.
    var hindranceInterval: Duration = .seconds(4)

    /// The lab, ready for lab sessions.
    ///
    /// - Parameters:
    ///   - dead: a lab that is known not to be usable although it may still look so.
    ///   - permit: whether the lab may be started, if there is none.
    ///   - progress: told each new stage, the first at once if the lab is not ready.
    /// - Throws: `LabError`, or `CancellationError` when nobody waits any more.
    func ready(
        _ wanted: LabOrder, not dead: Lab? = nil, permit: LabPermit,
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
            group.addTask { try await start.watchHindrances() }
            group.addTask { try await start.watchDeadline() }
            defer { group.cancelAll() }
            for try await lab in group { if let lab { return lab } }
            throw CancellationError()
        }
    }

    /// The lab as last seen, if it is ready. Asks nobody.
    func known(_ wanted: LabOrder) -> Lab? {
        backend.lab(named: wanted.name.lab).flatMap { usable($0, wanted) }
    }

    /// The lab, if it is of use for `wanted`.
    func usable(_ lab: Lab, _ wanted: LabOrder) -> Lab? {
        wanted.owns(lab) && lab.state == .ready ? lab : nil
    }

    /// Why a lab that was in use was stopped, if it was.
    func stopReason(of lab: Lab) -> String? {
        backend.lab(named: lab.name).flatMap { $0.uid == lab.uid ? $0.stopReason : nil }
    }

    /// Why a lab that was in use may have gone, if the backend says.
    func obituary(of lab: Lab) -> String? {
        guard let present = backend.lab(named: lab.name), present.uid == lab.uid else { return "your lab was deleted" }
        if present.isTerminating { return "your lab is being deleted" }
        if let failure = present.failure { return "your lab has failed" + (failure.isEmpty ? "" : " (\(failure))") }
        switch present.isSame(as: lab) ? present.runEnd : present.previousRunEnd {
        case .outOfMemory: return "your lab has used up its memory"
        case .other: return "your lab has ended"
        case nil: return nil
        }
    }

    /// The same, or what is heard of it within a moment: what was killed together with its lab may be told first.
    func obituary(of lab: Lab, within limit: Duration) async -> String? {
        if let obituary = obituary(of: lab) { return obituary }
        guard limit > .zero else { return nil }
        return await withTaskGroup(of: String?.self) { group in
            group.addTask {
                for await _ in backend.updates(ofLabNamed: lab.name) {
                    if let obituary = obituary(of: lab) { return obituary }
                }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
