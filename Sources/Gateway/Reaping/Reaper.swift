import Classroom
import Foundation
import Logging
import Upstream

/// Ends labs: those that nobody uses, that are too old, whose student or course is gone, and whose budget is spent. Run by
/// one gateway, which the others have elected.
///
/// Everything it goes by is with the backend, but for the CPU readings: a successor has to measure anew, and what cannot be
/// measured counts as work.
struct Reaper: Sendable {
    let source: ClassroomSource
    let backend: any LabBackend
    let replicas: any ReplicaGroup
    /// Whether all records that there are have been seen.
    let hasRecords: @Sendable () -> Bool
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let stop: LabStop
    let meter: LabMeter
    let marker: ActivityMarker
    let timing: LifeCycleTiming
    let metrics: GatewayMetrics
    let logger: Logger

    /// How long a lab has to have been nobody's: documents are now and then deleted and created again.
    private var orphanPatience: Duration { timing.sweepInterval * 4 }

    /// Sweeps, and calls the roll when labs come and go, until it is cancelled.
    ///
    /// - Parameter isAfterGap: whether labs may have gone unwatched before.
    func lead(isAfterGap: Bool) async {
        let roll = SharedLabRoll()
        await withDiscardingTaskGroup { group in
            group.addTask { await keepSweeping(isAfterGap, roll) }
            group.addTask { await followLabs(roll) }
        }
    }

    private func keepSweeping(_ isAfterGap: Bool, _ roll: SharedLabRoll) async {
        var memory = ReaperMemory(roll: roll, isAfterGap: isAfterGap)
        var last = Date.clusterNow
        while (try? await Task.sleep(for: timing.sweepInterval)) != nil {
            // A machine that was suspended, or a clock that was found to be wrong: what is known is of another time.
            let pause = Date.clusterNow.timeIntervalSince(last)
            let longest = (timing.sweepInterval * 2).timeInterval + Self.pauseTolerance
            if !(0...longest).contains(pause) { memory = ReaperMemory(roll: roll, isAfterGap: true) }
            last = .clusterNow
            await sweep(&memory)
        }
    }

    /// How late a sweep may be on a busy machine, in seconds.
    private static let pauseTolerance: TimeInterval = 30

    private func sweep(_ memory: inout ReaperMemory) async {
        guard knowsWhoIsWho else { return }
        let (now, start) = (Date.clusterNow, ContinuousClock.now)
        let (ledgers, labs) = call(memory.roll, now)
        memory.forget(except: labs)
        await buryReplicas(ledgers)
        await measure(labs, &memory, now)
        for lab in labs {
            do throws(BackendError) {
                try await look(at: lab, &memory, now)
            } catch {
                logger.sweepFailed(lab.name, error)
            }
        }
        let time = start.duration(to: .now)
        metrics.swept(in: time)
        logger.swept(labs: labs.count, in: time)
    }

    /// A gateway that has just started, and does not know yet who is who, has nothing to end.
    var knowsWhoIsWho: Bool { source.isComplete && backend.isSynced && hasRecords() }

    // MARK: One lab

    private func look(at lab: Lab, _ memory: inout ReaperMemory, _ now: Date) async throws(BackendError) {
        if lab.isTerminating { return try await look(atEndOf: lab, &memory, now) }
        // Somebody has decided, and has not come to carry it out.
        if lab.stopReason != nil { return try await stop.complete(lab) }
        guard let (student, course) = owner(of: lab) else {
            let since = isInDoubt(lab) ? now : memory.orphans[lab.uid, default: now]
            memory.orphans[lab.uid] = since
            guard now.timeIntervalSince(since) >= orphanPatience.timeInterval else { return }
            return try await end(lab, .orphan, because: "it is nobody's any more", course: nil)
        }
        memory.orphans[lab.uid] = nil
        if student.suspended { return try await end(lab, .suspended, because: "the account is suspended", course: nil) }
        if lab.state == .ended {
            return try await stop.delete(lab)
        }
        if isForsaken(lab, student, course, now) {
            return try await end(
                lab, .unstarted, because: "it could not be started, and nobody waits for it", course: nil)
        }
        if let reason = spentBudget(lab, student, course, &memory, now) {
            return try await end(lab, .budget, because: reason, course: course)
        }
        let isMended = try await mendMarks(of: lab, now)
        let fate = outlook.fate(
            of: lab, at: now, graceUntil: graceUntil(course, memory), work: memory.work.lastWork(of: lab))
        guard case .ends(let reason)? = fate else { return }
        if case .unused = reason, isMended { return }
        // What was not measured twice may have worked all the time.
        if case .unused = reason, course.idle.workKeepsLab, memory.work.isUnsettled(lab) { return }
        try await end(lab, reason.cause, because: reason.words(course.calendar.text(for:)), course: course)
    }

    /// A lab that has not gone at its time is given up in the end.
    private func look(atEndOf lab: Lab, _ memory: inout ReaperMemory, _ now: Date) async throws(BackendError) {
        let since = memory.ending[lab.uid, default: now]
        memory.ending[lab.uid] = since
        guard let overdue = OverdueLab(lab, at: now), overdue.givenUpAt <= now else { return }
        // The backend's clock may be far from ours: it has to have been seen ending for so long, too.
        guard now.timeIntervalSince(since) >= OverdueLab.patienceWithLostNode.timeInterval else { return }
        // Something other than a node may hold it; not to be tried at each sweep.
        memory.ending[lab.uid] = now
        try await stop.giveUp(lab, isNodeLost: overdue.isNodeLost)
    }

    /// Whether a lab has not come to run in all the time that a start may take, and nobody waits for it any more: the
    /// login that does so removes it by itself when it cannot start.
    private func isForsaken(_ lab: Lab, _ student: Student, _ course: Course, _ now: Date) -> Bool {
        var since = lab.created
        switch lab.state {
        case .doomed: break
        // It ran when somebody used it last.
        case .starting(.restarting): since = max(since, lab.marks.interaction ?? since)
        case .starting, .unschedulable: if lab.hasStarted { return false }
        case .ready, .terminating, .ended: return false
        }
        guard since + course.startTimeout <= now else { return false }
        return !admission.ledgers.record(of: student.name).holdings
            .contains { $0.kind != .lab && $0.course == course.name }
    }

    /// A mark that cannot be true has taken the place of one that nobody knows any more: the lab gets its time anew, and
    /// no more than that.
    ///
    /// - Returns: whether there was such a mark.
    private func mendMarks(of lab: Lab, _ now: Date) async throws(BackendError) -> Bool {
        let damaged = lab.marks.damaged(at: now)
        guard !damaged.isEmpty else { return false }
        logger.marksMended(lab.name, damaged)
        let marks = Dictionary(uniqueKeysWithValues: damaged.map { ($0, now) })
        // If it is not as it was looked at, the next sweep looks again.
        _ = try await backend.note(.marks(marks), on: lab, ifUnchanged: true)
        return true
    }

    /// Whose lab it is; nil if that student, or the course of the student's, is not there any more.
    func owner(of lab: Lab) -> (Student, Course)? {
        let classroom = outlook.classroom()
        guard let student = lab.student.flatMap({ classroom.students[$0] }),
            let name = lab.course, student.courses.contains(name),
            let course = classroom.courses[name]
        else { return nil }
        return (student, course)
    }

    /// Whether whose lab it is may only be unknown because of a mistake in a document.
    private func isInDoubt(_ lab: Lab) -> Bool {
        guard let resources = source.resources, let student = lab.student, let course = lab.course else { return false }
        return resources.isInDoubt(student: student, course: course)
    }

    private func end(
        _ lab: Lab, _ cause: LabStopCause, because reason: String, course: Course?
    ) async throws(BackendError) {
        // If it is not as it was looked at, the next sweep looks again.
        _ = try await stop.stop(lab, cause, because: reason, holdDown: course?.idle.holdDown, isDeliberate: false)
    }

    /// Marks may be missing for a time in which nobody has watched. They may be late as well: whatever made another
    /// gateway lead has kept some from being written.
    private func graceUntil(_ course: Course, _ memory: ReaperMemory) -> Date {
        let late = min(course.idle.restartGrace, timing.activityInterval * 2)
        return memory.watchedSince + (memory.isAfterGap ? course.idle.restartGrace : late)
    }

    // MARK: Budgets

    /// Why the lab has to end because of its student's budgets of lab time or CPU time.
    private func spentBudget(
        _ lab: Lab, _ student: Student, _ course: Course, _ memory: inout ReaperMemory, _ now: Date
    ) -> String? {
        let ledger = admission.ledgers.record(of: student.name)
        let (uid, ranOut) = (lab.uid, memory.ranOut[lab.uid])
        let readings = BudgetRules(course, student).readings(
            ledger, at: now, windows: course.calendar.interval(of:at:),
            ranOutAt: { meter, _ in meter == .cpuTime ? ranOut ?? now : nil }
        ).filter { $0.meter != .connectedTime }
        let isCPUSpent = readings.contains { $0.meter == .cpuTime && !$0.state.permitsNew }
        memory.ranOut[uid] = isCPUSpent ? ranOut ?? now : nil
        guard let reading = readings.first, case .spent = reading.state else { return nil }
        return reading.notice(course.calendar.text(for:))
    }
}
