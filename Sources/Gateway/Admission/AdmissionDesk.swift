import Classroom
import Foundation
import Upstream

/// Asks whether a connection, a lab session or a lab may exist now, and notes in the student's ledger that it does.
///
/// The ledger is the same for all gateways and changed by compare-and-swap, so every limit is exact, whichever gateways
/// fifty logins reach at once.
struct AdmissionDesk: Sendable {
    let classroom: @Sendable () -> Classroom
    let ledgers: Ledgers
    let rooms: WaitingRooms
    /// This gateway, as the holder of what is noted.
    let replica: String
    /// What this gateway has noted and not closed.
    let held = OpenHoldings()
    let metrics: GatewayMetrics

    // MARK: Coming

    /// Notes a lab session, and the connection that it is on. To be closed whatever becomes of this: if it throws, nobody
    /// knows whether it was written.
    ///
    /// - Throws: `LabSessionFailure`, or `BackendError` if the backend cannot be asked.
    func openLabSession(_ visit: Visit, isSFTP: Bool) async throws {
        let rules = AdmissionRules(visit.course, visit.student, at: .clusterNow)
        if isSFTP { try check(rules.admission(of: .sftp), visit.course) }
        try await open(visit, rules) { ledger in
            // It is there if this is written again because the answer to the first time was lost.
            if ledger.holding(visit.id) != nil { return }
            try check(rules.admission(of: .labSession, ledger: ledger), visit.course)
            ledger.open(holding(visit.id, .labSession, visit))
        }
        held.note(visit.id, .labSession, visit)
    }

    /// Notes the connection that a forwarding is on.
    ///
    /// - Throws: `LabSessionFailure`, or `BackendError` if the backend cannot be asked.
    func openForwarding(_ visit: Visit) async throws {
        let rules = AdmissionRules(visit.course, visit.student, at: .clusterNow)
        try check(rules.admission(of: .forwarding), visit.course)
        try await open(visit, rules) { _ in }
    }

    /// Refuses a lab that the student may not have now. Nothing is noted.
    ///
    /// - Throws: `LabSessionFailure`, or `BackendError` if the backend cannot be asked.
    func checkLimit(of order: LabOrder) async throws {
        let rules = AdmissionRules(order.course, order.student, at: .clusterNow)
        try await ledgers.change(of: order.student.name) { ledger in
            try check(rules.admission(of: .lab, ledger: ledger), order.course)
        }
    }

    /// Notes a lab that is about to be created; see `Ledger.openLab`.
    ///
    /// - Parameter last: since when this login has noted it before, if it has.
    /// - Returns: since when it is noted, for ``withdrawLab(_:openedAt:)``; nil if another login has noted it.
    /// - Throws: `LabSessionFailure`, or `BackendError` if the backend cannot be asked.
    func openLab(_ order: LabOrder, insteadOf last: Date?) async throws -> Date? {
        let rules = AdmissionRules(order.course, order.student, at: .clusterNow)
        // The same each time this is written, so that it is known again.
        let new = Holding(lab: order.name.lab, course: order.course.name, since: .clusterNow, cpuBase: .zero)
        let isOwn = try await ledgers.change(of: order.student.name) { ledger in
            try check(rules.admission(of: .lab, ledger: ledger), order.course)
            return ledger.openLab(new, insteadOf: last, windows: windows(of: order.course.name))
        }
        return isOwn ? new.since : nil
    }

    /// The lab was not created after all: none of its time is counted.
    func withdrawLab(_ order: LabOrder, openedAt since: Date) {
        ledgers.changeSoon(of: order.student.name) { ledger in
            guard ledger.holding(order.name.lab)?.since == since else { throw NotHeld() }
            ledger.close(id: order.name.lab, at: since, windows: windows(of: order.course.name))
        }
    }

    private func open(
        _ visit: Visit, _ rules: AdmissionRules, _ more: @escaping @Sendable (inout Ledger) throws -> Void
    ) async throws {
        let (now, course) = (Date.clusterNow, visit.course)
        let hours = CourseHours(course.calendar, at: now)
        try check(hours.admission(course: course.name), course)
        let budgets = BudgetRules(course, visit.student)
        try await ledgers.change(of: visit.student.name) { ledger in
            if ledger.holding(visit.connection) == nil {
                try check(rules.admission(of: .connection, ledger: ledger), course)
                ledger.open(holding(visit.connection, .connection, visit))
                ledger.lastLogin = now
            }
            try check(budgets.admission(ledger, at: now, windows: course.calendar.interval(of:at:)), course)
            try more(&ledger)
        }
        held.note(visit.connection, .connection, visit)
    }

    private func holding(_ id: String, _ kind: HoldingKind, _ visit: Visit) -> Holding {
        Holding(id: id, kind: kind, course: visit.course.name, holder: replica, since: .clusterNow)
    }

    // MARK: Coming back

    /// Notes again what this gateway holds and the student's ledger has lost: the others took the gateway for dead.
    ///
    /// - Parameters:
    ///   - lost: what may be missing, the oldest first.
    ///   - resumed: when the ledger has lost it; time counts on from then, and never twice.
    /// - Returns: why something may not be there any more, by its id.
    /// - Throws: `BackendError` if the backend cannot be asked.
    func restore(
        _ lost: [OpenHolding], of student: Student, lostAt resumed: Date
    ) async throws -> [String: Refusal] {
        let classroom = classroom()
        return try await ledgers.change(of: student.name) { ledger in
            var refusals: [String: Refusal] = [:]
            // What has been closed meanwhile is not to come back.
            for lost in lost where held.contains(lost.id) && ledger.holding(lost.id) == nil {
                guard let course = classroom.courses[lost.course] else { continue }
                let rules = AdmissionRules(course, student, at: .clusterNow)
                if case .refused(let refusal) = rules.admission(of: lost.kind, ledger: ledger) {
                    refusals[lost.id] = refusal
                } else {
                    ledger.open(lost.holding(by: replica, since: max(lost.since, min(resumed, .clusterNow))))
                }
            }
            return refusals
        }
    }

    private func check(_ admission: Admission, _ course: Course) throws(LabSessionFailure) {
        guard case .refused(let refusal) = admission else { return }
        throw .refused(refusal.sentence(course.calendar.text(for:)), limit: refusal.limit)
    }

    // MARK: Going

    /// The lab session is over.
    func closeLabSession(_ visit: Visit) {
        close(visit.id, of: visit.student.name)
    }

    /// The connection is over.
    func closeConnection(_ id: String, of student: String) {
        close(id, of: student)
    }

    private func close(_ id: String, of student: String) {
        let now = Date.clusterNow
        held.forget(id)
        ledgers.changeSoon(of: student) { ledger in
            // It may have been opened a moment ago, and the ledger at hand be older than that.
            guard let holding = ledger.holding(id) else { throw NotHeld() }
            ledger.close(id: id, at: now, windows: windows(of: holding.course))
        }
    }

    private struct NotHeld: Error {}

    /// When the windows of a course's budgets begin and end. A course that is gone keeps UTC's.
    func windows(of course: String) -> WindowIntervals {
        let calendar = classroom().courses[course]?.calendar ?? CourseCalendar()
        return { calendar.interval(of: $0, at: $1) }
    }
}

extension Holding {
    /// A student's lab: one of a course, whichever it is by now.
    ///
    /// - Parameter cpuBase: zero for one that is about to be created, all of whose CPU time counts.
    init(lab: String, course: String, since: Date, cpuBase: Duration? = nil) {
        self.init(id: lab, kind: .lab, course: course, holder: lab, since: since, cpuBase: cpuBase)
    }
}

extension AdmissionRules {
    /// A course's rules for a student, at a moment.
    init(_ course: Course, _ student: Student, at now: Date) {
        let quotas = course.quotas(for: student)
        self.init(
            course: course.name,
            limits: HoldingLimits(
                connections: quotas.connections, labSessions: quotas.labSessions, labs: quotas.labs),
            exam: course.calendar.exam(at: now).map { exam in
                ExamConditions(
                    until: exam.to, connections: exam.connections, forwarding: exam.forwarding, sftp: exam.sftp)
            },
            statusCommand: course.gatewayCommands ? ":status" : nil)
    }
}

extension BudgetRules {
    /// A student's time budgets in a course.
    init(_ course: Course, _ student: Student) {
        let quotas = course.quotas(for: student)
        self.init(
            course: course.name,
            budgets: [
                .connectedTime: quotas.connectedTime, .labTime: quotas.labTime, .cpuTime: quotas.cpuTime,
            ],
            warning: quotas.warning, grace: quotas.grace)
    }
}

extension CourseHours {
    /// What the calendar says of a moment.
    init(_ calendar: CourseCalendar, at now: Date) {
        self.init(
            isOpen: calendar.isOpen(at: now), closing: calendar.closing(after: now),
            opening: calendar.nextOpening(after: now))
    }
}
