import Classroom
import Foundation
import Kubernetes

extension Reaper {
    /// Marks that are written at the same time: the rest of a sweep waits for all of them.
    private static let maximumMarkCount = 8

    /// Measures the labs whose turn it is, for a bounded time. What counts as work then: see ``WorkLog``.
    func measure(_ pods: [Pod], _ memory: inout ReaperMemory, _ now: Date) async {
        let wanted = pods.compactMap { pod -> (pod: Pod, student: Student, course: Course)? in
            guard let (student, course) = owner(of: pod), isWorthMeasuring(pod, student, course, now) else {
                return nil
            }
            return (pod, student, course)
        }
        let due = wanted.filter { lab in
            let interval = WorkLog.interval(for: lab.course.idle, timing, countsCPU: countsCPU(lab.student, lab.course))
            return LabAssessment(lab.pod) == .ready && memory.schedule.isDue(lab.pod, every: interval, at: now)
        }
        let round = await meter.measure(memory.schedule.inOrder(due.map(\.pod)), logger)
        memory.schedule.note(round, at: now)
        var worked: [(pod: Pod, rules: IdleRules)] = []
        for (pod, student, course) in wanted
        where memory.work.isSettled(pod, by: round, every: interval(course), at: now) {
            let reading = round.times[pod.metadata.uid]
            let hasWorked = memory.work.note(reading, of: pod, floor: course.idle.workFloor.value, at: now)
            if hasWorked, course.idle.workKeepsLab { worked.append((pod, course.idle)) }
            if let reading { count(reading, of: pod, student, course, now) }
        }
        await worked.forEach(concurrently: Self.maximumMarkCount) { await mark($0.pod, $0.rules, now) }
    }

    /// How exactly work is to be known, also where CPU time is read more often than that for a budget's sake.
    private func interval(_ course: Course) -> Duration { WorkLog.interval(for: course.idle, timing) }

    /// Whether the student's CPU time in the course is limited.
    private func countsCPU(_ student: Student, _ course: Course) -> Bool {
        course.quotas(for: student).cpuTime != TimeBudget()
    }

    private func count(_ reading: Duration, of pod: Pod, _ student: Student, _ course: Course, _ now: Date) {
        guard countsCPU(student, course) else { return }
        let windows = course.calendar.interval(of:at:)
        admission.ledgers.changeSoon(of: student.name) { ledger in
            ledger.addCPU(reading, holdingID: pod.metadata.name, at: now, windows: windows)
        }
    }

    /// A lab that is interacted with need not be measured, unless its CPU time is counted. One that has run and is not
    /// ready now, because its node does not answer, would be worth it.
    private func isWorthMeasuring(_ pod: Pod, _ student: Student, _ course: Course, _ now: Date) -> Bool {
        guard pod.hasStarted, !pod.isTerminating else { return false }
        switch LabAssessment(pod) {
        case .terminating, .ended, .doomed: return false
        case .ready, .starting, .unschedulable: break
        }
        if countsCPU(student, course) { return true }
        guard course.idle.workKeepsLab, course.idle.lab != nil else { return false }
        var latest = ActivityMarks(pod).interaction ?? pod.metadata.creationTimestamp ?? now
        if let seen = outlook.uses.interaction(withPod: pod.metadata.name, now: now) { latest = max(latest, seen) }
        return now.timeIntervalSince(latest) >= interval(course).timeInterval
    }

    private func mark(_ pod: Pod, _ rules: IdleRules, _ now: Date) async {
        let known = ActivityMarks(pod).work ?? .distantPast
        let lag = min(timing.activityInterval / 2, (rules.lab ?? rules.maximumAge) / 4)
        guard now.timeIntervalSince(known) >= lag.timeInterval else { return }
        do throws(APIError) {
            try await marker.mark(pod, work: now)
        } catch {
            logger.activityNotWritten(pod.metadata.name, error)
        }
    }
}
