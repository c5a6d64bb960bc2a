import Classroom
import Foundation
import Kubernetes
import Logging
import Upstream

/// Writes into the status of the custom resources what `kubectl get students` and `get courses` show. Run by the elected
/// gateway; nothing is decided by what it writes.
struct StatusWriter: Sendable {
    let resources: ClassroomResources
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let timing: LifeCycleTiming
    let logger: Logger

    /// What a status was made of. While that stays the same it is looked at again once a minute, for time passes.
    private struct Basis: Hashable {
        let verdict: ResourceVerdict
        let uid: String
        /// Resource versions of the records that it tells of.
        let records: [String?]
    }

    /// What is remembered from tick to tick.
    private struct Memory {
        var written: [ResourceReference: ContinuousClock.Instant] = [:]
        /// Statuses that are as they should be, and since when.
        var settled: [ResourceReference: (basis: Basis, at: ContinuousClock.Instant)] = [:]

        mutating func forget(before limit: ContinuousClock.Instant) {
            written = written.filter { $0.value > limit }
            settled = settled.filter { $0.value.at > limit }
        }
    }

    /// A status that is to be written.
    private struct Draft: Sendable {
        let reference: ResourceReference
        let basis: Basis
        let patch: JSONValue
    }

    /// Statuses that are written at the same time.
    private static let maximumConcurrentCount = 4

    /// Writes until it is cancelled: what was decided about a document soon, what has been used once a minute at most.
    func lead() async {
        var memory = Memory()
        while (try? await Task.sleep(for: timing.tick)) != nil {
            guard resources.isComplete else { continue }
            memory.forget(before: .now - timing.activityInterval)
            await write(&memory)
        }
    }

    private func write(_ memory: inout Memory) async {
        let (ledgers, rooms) = (admission.ledgers.versions, admission.rooms.versions)
        let classroom = outlook.classroom()
        await withTaskGroup(of: (Draft, Bool).self) { group in
            func note(_ draft: Draft, _ isWritten: Bool) {
                guard isWritten else { return }
                memory.written[draft.reference] = .now
                memory.settled[draft.reference] = (draft.basis, .now)
            }
            var count = 0
            for (reference, verdict) in resources.verdicts {
                guard let resource = resource(reference) else { continue }
                let records = records(of: verdict, classroom, ledgers, rooms)
                let basis = Basis(verdict: verdict, uid: resource.metadata.uid, records: records)
                // A course tells of its labs, of which there is no record.
                if reference.kind == .student, memory.settled[reference]?.basis == basis { continue }
                guard let draft = draft(reference, resource, basis, &memory) else { continue }
                if count >= Self.maximumConcurrentCount, let (draft, isWritten) = await group.next() {
                    note(draft, isWritten)
                }
                count += 1
                group.addTask { (draft, await write(draft)) }
            }
            for await (draft, isWritten) in group { note(draft, isWritten) }
        }
    }

    private func resource(_ reference: ResourceReference) -> CustomResource? {
        switch reference.kind {
        case .student: resources.studentResource(named: reference.name)
        case .course: resources.courseResource(named: reference.name)
        }
    }

    private func records(
        of verdict: ResourceVerdict, _ classroom: Classroom, _ ledgers: [String: String], _ rooms: [String: String]
    ) -> [String?] {
        guard let student = verdict.nameInForce.flatMap({ classroom.students[$0] }) else { return [] }
        return [ledgers[student.name]] + student.courses.map { rooms[$0] }
    }

    /// The status as it should be; nil if it is so, or is not to be written yet.
    private func draft(
        _ reference: ResourceReference, _ resource: CustomResource, _ basis: Basis, _ memory: inout Memory
    ) -> Draft? {
        let verdict = basis.verdict
        let status = reference.kind == .student ? studentStatus(verdict) : courseStatus(verdict)
        let condition = Self.condition(verdict, before: resource.status)
        let present = resource.status ?? [:]
        let isNews = condition != present["conditions"]?[0]
        guard isNews || memory.written[reference] == nil else { return nil }
        var patch = status ?? [:]
        patch["conditions"] = [condition]
        patch["observedGeneration"] = Int(verdict.generation).map { .integer($0) }
        guard patch.object?.contains(where: { present[$0.key] ?? .null != $0.value }) == true else {
            memory.settled[reference] = (basis, .now)
            return nil
        }
        return Draft(reference: reference, basis: basis, patch: patch)
    }

    /// - Returns: whether it is written.
    private func write(_ draft: Draft) async -> Bool {
        do throws(APIError) {
            try await resources.patchStatus(of: draft.reference, draft.patch)
            return true
        } catch {
            if !error.isNotFound { logger.statusNotWritten(draft.reference.description, error) }
            return false
        }
    }

    /// The condition `Accepted`; its time is that of its last change.
    private static func condition(_ verdict: ResourceVerdict, before status: JSONValue?) -> JSONValue {
        let value = verdict.outcome == .accepted ? "True" : "False"
        let old = status?["conditions"]?[0]
        let since = old?["status"]?.string == value ? old?["lastTransitionTime"]?.string : nil
        return [
            "type": "Accepted", "status": .string(value), "reason": .string(verdict.reason.rawValue),
            "message": .string(verdict.message),
            "lastTransitionTime": .string(since ?? Date.clusterNow.formatted(.iso8601)),
        ]
    }

    // MARK: Courses

    private func courseStatus(_ verdict: ResourceVerdict) -> JSONValue? {
        guard let name = verdict.nameInForce else { return nil }
        let labs = outlook.backend.labs.count { $0.course == name }
        let waiting = admission.rooms.record(of: name).present(at: .clusterNow)
        return ["labs": .integer(labs), "waiting": .integer(waiting.count)]
    }

    // MARK: Students

    private func studentStatus(_ verdict: ResourceVerdict) -> JSONValue? {
        let classroom = outlook.classroom()
        guard let student = verdict.nameInForce.flatMap({ classroom.students[$0] }) else { return nil }
        let ledger = admission.ledgers.record(of: student.name)
        let now = Date.clusterNow
        let readings = student.courses.compactMap { classroom.courses[$0] }.flatMap { course in
            BudgetRules(course, student).readings(ledger, at: now, windows: course.calendar.interval(of:at:))
                .map { (course: course.name, reading: $0) }
        }
        let tightest = readings.min { $0.reading.state.isTighter(than: $1.reading.state) }?.reading
        var status: JSONValue = [
            "course": .string(student.courses.first ?? ""),
            "state": .string(state(of: student, ledger, now)),
            "labSessions": .integer(ledger.count(of: .labSession)),
            "usage": usage(student, classroom, ledger, now),
        ]
        let today = student.courses.first.flatMap { classroom.courses[$0] }.map { course in
            ledger.used(
                .connectedTime, course: course.name, in: .day, at: now, windows: course.calendar.interval(of:at:))
        }
        status["used"] = .string(
            tightest.map { "\($0.used.spoken) of \($0.limit.spoken) \($0.window.words)" }
                ?? "\((today ?? .zero).spoken) today")
        // Null takes away what was said before.
        status["left"] = tightest.map { .string(max($0.limit - $0.used, .zero).spoken) } ?? .null
        status["lastLogin"] = ledger.lastLogin.map { .string($0.formatted(.iso8601)) } ?? .null
        return status
    }

    private func state(of student: Student, _ ledger: Ledger, _ now: Date) -> String {
        if student.suspended { return "Suspended" }
        if student.courses.contains(where: { admission.rooms.record(of: $0).present(at: now).contains(student.name) }) {
            return "Waiting"
        }
        if ledger.count(of: .labSession) > 0 { return "InLab" }
        if ledger.count(of: .connection) > 0 { return "Connected" }
        return ledger.count(of: .lab) > 0 ? "LabIdle" : "Away"
    }

    /// What was used of each meter in each window, in whole minutes: a status that changes each second is of no use.
    private func usage(_ student: Student, _ classroom: Classroom, _ ledger: Ledger, _ now: Date) -> JSONValue {
        .object(
            Dictionary(
                student.courses.compactMap { classroom.courses[$0] }.map { course in
                    let meters = Meter.allCases.map { meter in
                        let windows = BudgetWindow.allCases.compactMap { window -> (String, JSONValue)? in
                            let used = ledger.used(
                                meter, course: course.name, in: window, at: now,
                                windows: course.calendar.interval(of:at:))
                            return used > .zero ? (window.rawValue, .string(used.wholeMinutes)) : nil
                        }
                        return (meter.rawValue, JSONValue.object(Dictionary(windows) { $1 }))
                    }
                    return (course.name, .object(Dictionary(meters) { $1 }))
                }, uniquingKeysWith: { $1 }))
    }
}

extension Duration {
    fileprivate var wholeMinutes: String { DurationNotation.text(.seconds(components.seconds / 60 * 60)) }
}
