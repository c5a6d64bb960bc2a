import Classroom
import Foundation

/// What of a course decides whether a student may have one more connection, lab session or lab.
struct AdmissionRules: Hashable, Sendable {
    /// The course's name.
    var course: String
    /// The student's, in this course.
    var limits: HoldingLimits
    /// An exam that is going on.
    var exam: ExamConditions?
    /// What lists all that the student holds, such as `ssh edu01@lab -- :status`; nil if the course has no commands.
    var statusCommand: String?

    /// Whether the student may have one more.
    ///
    /// A lab of this course is always admitted if those of other courses leave room: there is one of a course at most,
    /// and a new one takes the place of the old.
    func admission(of kind: HoldingKind, ledger: Ledger) -> Admission {
        let held = held(kind, ledger)
        let limit = limit(of: kind)
        if held >= limit {
            return .refused(
                .tooMany(kind, held: held, limit: limit, course: course, statusCommand: statusCommand))
        }
        if kind == .connection, let exam, held >= exam.connections {
            return .refused(
                .tooManyInExam(
                    kind, limit: exam.connections, course: course, until: exam.until, statusCommand: statusCommand))
        }
        return .admitted
    }

    /// Whether an exam leaves it on.
    func admission(of feature: ExamFeature) -> Admission {
        guard let exam, !exam.permits(feature) else { return .admitted }
        return .refused(.forbiddenInExam(feature, course: course, until: exam.until))
    }

    /// Whether a login may start the lab again after it was stopped.
    ///
    /// A person at a terminal always may. What reconnects by itself, such as an editor, must not undo the stop.
    func admission(startingAfter stop: Stop?, hasTerminal: Bool, at now: Date) -> Admission {
        guard let stop, !hasTerminal, now < stop.holdUntil else { return .admitted }
        return .refused(.heldDown(course: course, reason: stop.reason, at: stop.at, until: stop.holdUntil))
    }

    private func limit(of kind: HoldingKind) -> Int {
        switch kind {
        case .connection: limits.connections
        case .labSession: limits.labSessions
        case .lab: limits.labs
        }
    }

    private func held(_ kind: HoldingKind, _ ledger: Ledger) -> Int {
        guard kind == .lab else { return ledger.count(of: kind, course: course) }
        return ledger.holdings.count { $0.kind == .lab && $0.course != course }
    }
}
