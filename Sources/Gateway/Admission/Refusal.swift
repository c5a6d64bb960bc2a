import Classroom
import Foundation

/// Why something may not exist now: with the number, the limit, and when or how it becomes possible.
enum Refusal: Error, Hashable, Sendable {
    /// As many are held as may be. `statusCommand` lists them, if the course has such commands.
    case tooMany(HoldingKind, held: Int, limit: Int, course: String, statusCommand: String?)
    /// An exam permits less than the course does otherwise.
    case tooManyInExam(HoldingKind, limit: Int, course: String, until: Date, statusCommand: String?)
    /// A time budget is used up until then.
    case spent(Meter, BudgetWindow, limit: Duration, until: Date)
    /// Outside of the opening hours; nil if no opening is known.
    case closed(course: String, until: Date?)
    /// An exam does not permit it at all.
    case forbiddenInExam(ExamFeature, course: String, until: Date)
    /// The lab was stopped, and only a terminal starts it again before then.
    case heldDown(course: String, reason: String, at: Date, until: Date)

    /// The sentence that the student reads, without a full stop. `when` writes a time as the course's students read it.
    func sentence(_ when: (Date) -> String) -> String {
        switch self {
        case .tooMany(let kind, _, limit: 0, let course, _):
            "the course \(course) permits no \(kind.words(0).dropFirst(2))"
        case .tooMany(let kind, let held, let limit, let course, let command):
            "you have \(kind.words(held)), and \(limit) is the limit of "
                + (kind == .lab ? "all your courses together" : "the course \(course)")
                + ": \(kind.ending)\(Self.hint(command))"
        case .tooManyInExam(let kind, let limit, let course, let until, let command):
            "the course \(course) has an exam until \(when(until)), which permits \(kind.words(limit)) at once: "
                + "\(kind.ending)\(Self.hint(command)). One that broke off counts until that is noticed, some two minutes"
        case .spent(let meter, let window, let limit, let until):
            "your \(meter.words) for \(window.words) (\(limit.spoken)) is used up; "
                + (window == .term ? "your course staff can give you more" : "there is new time at \(when(until))")
        case .closed(let course, let until?): "the course \(course) is closed until \(when(until))"
        case .closed(let course, nil): "the course \(course) is closed, and no opening is planned"
        case .forbiddenInExam(let feature, let course, let until):
            "the course \(course) has an exam until \(when(until)), which permits no \(feature.words)"
        case .heldDown(let course, let reason, let at, let until):
            "your lab of the course \(course) was stopped at \(when(at)) (\(reason)); until \(when(until)) "
                + "only a login with a terminal starts it again"
        }
    }

    private static func hint(_ command: String?) -> String {
        command.map { " (\($0) lists them)" } ?? ""
    }
}
