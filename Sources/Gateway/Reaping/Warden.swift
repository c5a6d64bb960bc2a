import Classroom
import Foundation
import Logging
import ServiceLifecycle
import Upstream

/// Looks after everything that uses labs on this gateway: warns who is about to lose something, and ends what may not go
/// on. The labs themselves are ended by the elected gateway's ``Reaper``.
struct Warden: Service {
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let timing: LifeCycleTiming
    let logger: Logger

    /// Until graceful shutdown, and no longer: lab sessions that a drain leaves go on unwarned, but the cluster's
    /// other gateways go on reaping.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            // A warning waits for its client to read it, and nothing else waits for that.
            try await withThrowingDiscardingTaskGroup { warnings in
                while true {
                    try await Task.sleep(for: timing.tick)
                    for warning in look(at: .clusterNow) { warnings.addTask { await warning.tell() } }
                }
            }
        }
    }

    /// Something to tell a user.
    struct Warning: Sendable {
        let terminal: UserTerminal
        let text: String

        func tell() async { await terminal.interrupt(text) }
    }

    /// Looks at each use once.
    private func look(at now: Date) -> [Warning] {
        let classroom = outlook.classroom()
        var budgets: [BudgetKey: [BudgetReading]] = [:]
        return outlook.uses.all.flatMap { use -> [Warning] in
            guard let (student, course) = membership(of: use, classroom) else { return [] }
            let readings = budgets[BudgetKey(use), default: readings(student, course, now)]
            budgets[BudgetKey(use)] = readings
            return look(at: use, Visitor(student: student, course: course, readings: readings), now)
        }
    }

    /// Budgets are a student's in a course, whatever the number of lab sessions.
    private struct BudgetKey: Hashable {
        let student: String
        let course: String

        init(_ use: LabUse) {
            student = use.student
            course = use.course
        }
    }

    /// Whose use it is, and how much time is left.
    private struct Visitor {
        let student: Student
        let course: Course
        let readings: [BudgetReading]
    }

    /// Ends the use if it is nobody's any more.
    private func membership(of use: LabUse, _ classroom: Classroom) -> (Student, Course)? {
        guard let student = classroom.students[use.student] else { return end(use, .unknown) }
        guard !student.suspended else { return end(use, .suspended) }
        guard student.courses.contains(use.course), let course = classroom.courses[use.course] else {
            return end(use, .noCourse(use.course, of: student, classroom))
        }
        return (student, course)
    }

    private func readings(_ student: Student, _ course: Course, _ now: Date) -> [BudgetReading] {
        // The end for CPU time is the lab's, and the reaper's to bring about: it knows since when there is none left.
        BudgetRules(course, student).readings(
            admission.ledgers.record(of: student.name), at: now, windows: course.calendar.interval(of:at:),
            ranOutAt: { meter, _ in meter == .cpuTime ? now : nil })
    }

    private func end<Value>(_ use: LabUse, _ reason: LabSessionFailure) -> Value? {
        if use.end(reason) { logger.labSessionEnding(use, reason) }
        return nil
    }

    // MARK: One use

    private func look(at use: LabUse, _ visitor: Visitor, _ now: Date) -> [Warning] {
        let course = visitor.course
        // Who waits for the next lab has nothing to do with the end of the last one.
        if let lab = outlook.backend.lab(named: use.lab), lab.uid == use.labUID {
            if let reason = lab.stopReason {
                return end(use, .labStopped(reason, keepsHome: course.home.outlivesLab)) ?? []
            }
            // Nobody there will say that it has ended, and a connection to it may hang for hours. Not before the lab is
            // to end: the cluster may find a node unwell on which all goes on.
            if lab.ending?.isNodeLost == true {
                return end(use, .lost("the node that it ran on does not answer, and the lab is given up")) ?? []
            }
        }
        let texts =
            [
                lookAtLab(use, course, now), lookAtLabSession(use, course, now), lookAtHours(use, course, now),
                lookAtExam(use, visitor, now),
            ] + visitor.readings.map { lookAtBudget($0, use, course, now) }
        guard let terminal = use.terminal else { return [] }
        return texts.compactMap(\.self).map { Warning(terminal: terminal, text: $0) }
    }

    private func lookAtLab(_ use: LabUse, _ course: Course, _ now: Date) -> String? {
        guard let lab = outlook.backend.lab(named: use.lab), let fate = outlook.fate(of: lab, at: now),
            case .warns(let until, let reason) = fate,
            use.isDue(.labEnds, at: until, warnings: course.idle.warnings, now: now)
        else { return nil }
        let when = course.calendar.text(for:)
        let advice = reason.isMendedByInteraction ? "Press any key to keep it" : Self.advice(beforeEndIn: course)
        return "your lab will be stopped at \(when(until)), in \(until.spoken(from: now)): "
            + "\(reason.words(when)). \(advice)"
    }

    private static func advice(beforeEndIn course: Course) -> String {
        course.home.outlivesLab
            ? "Save your work: your home is kept" : "Fetch what you need: in this course your home goes with the lab"
    }

    private func lookAtLabSession(_ use: LabUse, _ course: Course, _ now: Date) -> String? {
        // Who waits for a lab, or for a place in the course, has nothing to type into.
        guard case .labSession = use.kind, use.labUID != nil else { return nil }
        let when = course.calendar.text(for:)
        switch LabSessionFate(
            opened: use.began, interaction: use.clock.date(now: now), limits: IdleLimits(course.idle), at: now)
        {
        case .keeps:
            return nil
        case .warns(let until, let reason):
            guard use.isDue(.labSessionEnds, at: until, warnings: course.idle.warnings, now: now) else { return nil }
            return "this session will be closed at \(when(until)), in \(until.spoken(from: now)): "
                + "\(reason.words(when)). Press any key to keep it"
        case .ends(let reason):
            return end(use, .over("this session was closed: \(reason.words(when)). Your lab is still there"))
        }
    }

    private func lookAtHours(_ use: LabUse, _ course: Course, _ now: Date) -> String? {
        let hours = CourseHours(course.calendar, at: now)
        if case .refused(let refusal) = hours.admission(course: course.name) {
            return end(use, .over(refusal.sentence(course.calendar.text(for:))))
        }
        guard let closing = hours.closing,
            use.isDue(.courseCloses, at: closing, warnings: course.idle.warnings, now: now)
        else { return nil }
        return "the course \(course.name) closes at \(course.calendar.text(for: closing)), in "
            + "\(closing.spoken(from: now)); your sessions end then"
    }

    private func lookAtBudget(_ reading: BudgetReading, _ use: LabUse, _ course: Course, _ now: Date) -> String? {
        let when = course.calendar.text(for:)
        guard let notice = reading.notice(when) else { return nil }
        // Told once when little is left, and once when nothing is. Not by the clock: CPU time does not pass with it.
        switch reading.state {
        case .open: return nil
        case .spent: return end(use, .over(notice))
        case .warning:
            return use.isNews(.timeIsShort(reading.meter, reading.window), of: reading.windowEnd) ? notice : nil
        case .grace: return use.isNews(.timeIsUp(reading.meter, reading.window), of: reading.windowEnd) ? notice : nil
        }
    }

    // MARK: Exams

    private func lookAtExam(_ use: LabUse, _ visitor: Visitor, _ now: Date) -> String? {
        let course = visitor.course
        if course.calendar.exam(at: now) != nil { return endIfForbidden(use, visitor, now) }
        guard let exam = course.calendar.nextExam(after: now),
            use.isDue(.examBegins, at: exam.from, warnings: course.idle.warnings, now: now)
        else { return nil }
        return "the course \(course.name) has an exam from \(course.calendar.text(for: exam.from)) on: "
            + "\(exam.connections == 1 ? "one connection" : "\(exam.connections) connections")"
            + "\(exam.forwarding ? "" : ", no port forwarding")\(exam.sftp ? "" : ", no SFTP")"
    }

    /// What was begun before an exam goes on in it only as far as the exam permits: the oldest connections stay.
    private func endIfForbidden(_ use: LabUse, _ visitor: Visitor, _ now: Date) -> String? {
        let course = visitor.course
        let rules = AdmissionRules(course, visitor.student, at: now)
        let feature: ExamFeature? =
            switch use.kind {
            case .forwarding: .forwarding
            case .labSession(_, isSFTP: true): .sftp
            case .labSession: nil
            }
        if let feature, case .refused(let refusal) = rules.admission(of: feature) {
            return end(use, .over(refusal.sentence(course.calendar.text(for:))))
        }
        guard let exam = rules.exam else { return nil }
        let connections = admission.ledgers.record(of: use.student).holdings
            .filter { $0.kind == .connection && $0.course == use.course }.sorted { $0.since < $1.since }
        guard connections.dropFirst(exam.connections).contains(where: { $0.id == use.connection }) else { return nil }
        let refusal = Refusal.tooManyInExam(
            .connection, limit: exam.connections, course: course.name, until: exam.until,
            statusCommand: rules.statusCommand)
        return end(use, .over(refusal.sentence(course.calendar.text(for:))))
    }
}

extension Date {
    /// How long it is until then, as students read it.
    fileprivate func spoken(from now: Date) -> String {
        Duration.seconds(max(0, timeIntervalSince(now).rounded())).spoken
    }
}

extension EndReason {
    /// Whether a pressed key puts the end off.
    fileprivate var isMendedByInteraction: Bool {
        switch self {
        case .unused, .silent: true
        case .age: false
        }
    }
}
