import Classroom
import Foundation

extension Reaper {
    /// Marks that are written at the same time: the rest of a sweep waits for all of them.
    private static let maximumMarkCount = 8

    /// Measures the labs whose turn it is, for a bounded time. What counts as work then: see ``WorkLog``.
    func measure(_ labs: [Lab], _ memory: inout ReaperMemory, _ now: Date) async {
        let wanted = labs.compactMap { lab -> (lab: Lab, student: Student, course: Course)? in
            guard let (student, course) = owner(of: lab), isWorthMeasuring(lab, student, course, now) else {
                return nil
            }
            return (lab, student, course)
        }
        let due = wanted.filter { lab in
            let interval = WorkLog.interval(for: lab.course.idle, timing, countsCPU: countsCPU(lab.student, lab.course))
            return lab.lab.state == .ready && memory.schedule.isDue(lab.lab, every: interval, at: now)
        }
        let round = await meter.measure(memory.schedule.inOrder(due.map(\.lab)), logger)
        memory.schedule.note(round, at: now)
        var worked: [(lab: Lab, rules: IdleRules)] = []
        for (lab, student, course) in wanted
        where memory.work.isSettled(lab, by: round, every: interval(course), at: now) {
            let reading = round.times[lab.uid]
            let hasWorked = memory.work.note(reading, of: lab, floor: course.idle.workFloor.value, at: now)
            if hasWorked, course.idle.workKeepsLab { worked.append((lab, course.idle)) }
            if let reading { count(reading, of: lab, student, course, now) }
        }
        await worked.forEach(concurrently: Self.maximumMarkCount) { await mark($0.lab, $0.rules, now) }
    }

    /// How exactly work is to be known, also where CPU time is read more often than that for a budget's sake.
    private func interval(_ course: Course) -> Duration { WorkLog.interval(for: course.idle, timing) }

    /// Whether the student's CPU time in the course is limited.
    private func countsCPU(_ student: Student, _ course: Course) -> Bool {
        course.quotas(for: student).cpuTime != TimeBudget()
    }

    private func count(_ reading: Duration, of lab: Lab, _ student: Student, _ course: Course, _ now: Date) {
        guard countsCPU(student, course) else { return }
        let windows = course.calendar.interval(of:at:)
        admission.ledgers.changeSoon(of: student.name) { ledger in
            ledger.addCPU(reading, holdingID: lab.name, at: now, windows: windows)
        }
    }

    /// A lab that is interacted with need not be measured, unless its CPU time is counted. One that has run and is not
    /// ready now, because its node does not answer, would be worth it.
    private func isWorthMeasuring(_ lab: Lab, _ student: Student, _ course: Course, _ now: Date) -> Bool {
        guard lab.hasStarted, !lab.isTerminating else { return false }
        switch lab.state {
        case .terminating, .ended, .doomed: return false
        case .ready, .starting, .unschedulable: break
        }
        if countsCPU(student, course) { return true }
        guard course.idle.workKeepsLab, course.idle.lab != nil else { return false }
        var latest = lab.marks.interaction ?? lab.created
        if let seen = outlook.uses.interaction(withLab: lab.name, now: now) { latest = max(latest, seen) }
        return now.timeIntervalSince(latest) >= interval(course).timeInterval
    }

    private func mark(_ lab: Lab, _ rules: IdleRules, _ now: Date) async {
        let known = lab.marks.work ?? .distantPast
        let lag = min(timing.activityInterval / 2, (rules.lab ?? rules.maximumAge) / 4)
        guard now.timeIntervalSince(known) >= lag.timeInterval else { return }
        do throws(BackendError) {
            try await marker.mark(lab, .work, at: now)
        } catch {
            logger.activityNotWritten(lab.name, error)
        }
    }
}
