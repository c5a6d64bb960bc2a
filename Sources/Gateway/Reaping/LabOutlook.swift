import Classroom
import Foundation

/// What is to become of labs, as far as this gateway knows: from what is written on them, from their students' ledgers, and
/// from what it has seen itself.
struct LabOutlook: Sendable {
    let classroom: @Sendable () -> Classroom
    let backend: any LabBackend
    let uses: LabUses
    /// A student's ledger as last seen.
    let ledger: @Sendable (_ student: String) -> Ledger

    /// The course that a lab is of, if there still is one.
    func course(of lab: Lab) -> Course? {
        lab.course.flatMap { classroom().courses[$0] }
    }

    /// - Parameters:
    ///   - graceUntil: nothing ends before then.
    ///   - work: when something ran in it last, as far as this gateway knows.
    /// - Returns: nil if the lab's course is gone.
    func fate(of lab: Lab, at now: Date, graceUntil: Date? = nil, work: Date? = nil) -> LabFate? {
        var marks = LabMarks(lab)
        marks.noteInteraction(lastLogin(to: lab))
        marks.noteInteraction(uses.interaction(withLab: lab.name, now: now))
        if let work { marks.work = max(marks.work ?? work, work) }
        return course(of: lab).map { LabFate(of: marks, limits: IdleLimits($0.idle), at: now, graceUntil: graceUntil) }
    }

    /// When the newest of the lab sessions began that go on, through whatever gateway: that is in the ledger before it is
    /// on the lab.
    private func lastLogin(to lab: Lab) -> Date? {
        guard let student = lab.student, let course = lab.course else { return nil }
        return ledger(student).newest(.labSession, course: course)
    }

    /// Whether the lab is to end soon by its marks, all of which are written on it.
    func isEnding(_ lab: Lab, asFarAsOthersKnow marks: LabMarks, at now: Date) -> Bool {
        guard let course = course(of: lab) else { return false }
        if case .keeps = LabFate(of: marks, limits: IdleLimits(course.idle), at: now) { return false }
        return true
    }

    /// When the labs of a course end at the latest if nobody does anything any more.
    func expectedEnds(in course: String, at now: Date) -> [Date] {
        backend.labs.filter { $0.course == course }.compactMap { lab in
            switch fate(of: lab, at: now) {
            case .keeps(let until, _), .warns(let until, _): until
            case .ends: now
            case nil: nil
            }
        }
    }
}

extension LabMarks {
    /// What is written on a lab.
    init(_ lab: Lab) {
        self.init(created: lab.created, interaction: lab.marks.interaction, work: lab.marks.work)
    }
}

extension IdleLimits {
    /// A course's rules.
    init(_ rules: IdleRules) {
        self.init(
            labSession: rules.labSession, lab: rules.lab, maximumAge: rules.maximumAge, warnings: rules.warnings,
            workKeepsLab: rules.workKeepsLab)
    }
}
