import Classroom
import Foundation

/// What `:status` says: the lab, what keeps it alive, when and why it will end, and what is used and left of each quota.
struct StatusReport: Sendable {
    let student: Student
    let course: Course
    let lab: Lab?
    let outlook: LabOutlook
    let ledger: Ledger
    let room: WaitingRoom
    let now: Date

    var text: String {
        (labLines + [""] + quotaLines + budgetLines + hourLines).joined(separator: "\n")
    }

    private func when(_ date: Date) -> String { course.calendar.text(for: date) }

    // MARK: The lab

    var labLines: [String] {
        guard let lab else {
            return ["course \(course.name): you have no lab", queueLine, stopLine].compactMap(\.self)
        }
        let state =
            lab.isTerminating || lab.stopReason != nil
            ? "is ending" : lab.state == .ready ? "is running" : "is starting"
        return ["course \(course.name): your lab \(state), since \(when(lab.created))"] + markLines(lab)
            + fateLines(lab)
    }

    private func markLines(_ lab: Lab) -> [String] {
        let seen = outlook.uses.interaction(withLab: lab.name, now: now)
        let interaction = [lab.marks.interaction, seen].compactMap(\.self).max()
        var lines: [String] = []
        if let interaction, interaction >= lab.created {
            lines.append("  last interaction: \(when(interaction))")
        }
        if let work = lab.marks.work { lines.append("  last work: \(when(work))") }
        return lines
    }

    private func fateLines(_ lab: Lab) -> [String] {
        if let reason = lab.stopReason { return ["  it was stopped: \(reason)"] }
        guard let fate = outlook.fate(of: lab, at: now) else { return [] }
        let latest =
            "  in any case it ends at \(when(lab.created + course.idle.maximumAge)), at the age of "
            + course.idle.maximumAge.spoken
        switch fate {
        case .ends(let reason):
            return ["  it will be stopped now: \(reason.words(when))"]
        case .keeps(_, .age), .warns(_, .age):
            return [latest]
        case .keeps(let until, let reason), .warns(let until, let reason):
            let kept = reason.keeper(when).map { ["  it is kept because \($0)"] } ?? []
            let condition = course.idle.workKeepsLab ? "nothing is typed and nothing runs" : "nothing is typed"
            return kept + ["  it will be stopped at \(when(until)) if \(condition) until then", latest]
        }
    }

    private var queueLine: String? {
        room.present(at: now).firstIndex(of: student.name).map {
            "  you are number \($0 + 1) in the queue; all \(course.capacity ?? 0) labs of the course are in use"
        }
    }

    private var stopLine: String? {
        ledger.stops[course.name].map { "  the last one was stopped at \(when($0.at)): \($0.reason)" }
    }

    // MARK: Quotas

    private var quotaLines: [String] {
        let quotas = course.quotas(for: student)
        let connections = ledger.holdings.filter { $0.kind == .connection && $0.course == course.name }
        let list = connections.map { "\($0.id) since \(when($0.since))" }.joined(separator: ", ")
        return [
            "connections: \(connections.count) of \(quotas.connections)\(list.isEmpty ? "" : " (\(list))")",
            "lab sessions: \(ledger.count(of: .labSession, course: course.name)) of \(quotas.labSessions)",
            "labs: \(ledger.count(of: .lab)) of \(quotas.labs)",
        ]
    }

    private var budgetLines: [String] {
        BudgetRules(course, student).readings(ledger, at: now, windows: course.calendar.interval(of:at:)).map {
            reading in
            let left = max(reading.limit - reading.used, .zero)
            return
                "\(reading.meter.words) \(reading.window.words): \(reading.used.spoken) of \(reading.limit.spoken) used, "
                + "\(left.spoken) left; new time at \(when(reading.windowEnd))"
        }
    }

    private var hourLines: [String] {
        var lines: [String] = []
        if let exam = course.calendar.exam(at: now) { lines.append("exam until \(when(exam.to))") }
        if let closing = course.calendar.closing(after: now) { lines.append("the course closes at \(when(closing))") }
        return lines
    }
}
