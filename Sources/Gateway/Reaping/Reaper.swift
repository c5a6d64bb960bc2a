import Classroom
import Foundation
import Kubernetes
import Logging

/// Ends labs: those that nobody uses, that are too old, whose student or course is gone, and whose budget is spent. Run by
/// one gateway, which the others have elected.
///
/// Everything it goes by is in the cluster, but for the CPU readings: a successor has to measure anew, and what cannot be
/// measured counts as work.
struct Reaper: Sendable {
    let source: ClassroomSource
    let client: APIClient
    let namespace: String
    let pods: PodCache
    let leases: ObjectCache<Lease>
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let stop: LabStop
    let meter: LabMeter
    let timing: LifeCycleTiming
    let logger: Logger

    /// What the elected gateway remembers from sweep to sweep.
    private struct Memory {
        /// Since when labs have been watched without a gap.
        var watchedSince = Date.now
        /// Whether marks may be missing, for nobody had watched for a while.
        var isAfterGap: Bool
        var work = WorkLog()
        var replicas = Replicas()
        /// The names of the pods that there were.
        var pods: Set<String> = []
        /// Since when a pod has been found to be nobody's, by UID.
        var orphans: [String: Date] = [:]
        /// Since when a CPU budget has been found used up, by pod UID.
        var ranOut: [String: Date] = [:]
    }

    /// How long a pod has to have been nobody's: documents are now and then deleted and created again.
    private var orphanPatience: Duration { timing.sweepInterval * 4 }

    /// Sweeps until it is cancelled.
    func lead(_ leadership: Leadership) async {
        var memory = Memory(isAfterGap: leadership.gap != nil)
        var last = Date.now
        while (try? await Task.sleep(for: timing.sweepInterval)) != nil {
            // A machine that was suspended, or a clock that was set: all marks are old at once.
            if Date.now.timeIntervalSince(last) > (timing.sweepInterval * 2).timeInterval + Self.pauseTolerance {
                (memory.watchedSince, memory.isAfterGap) = (.now, true)
            }
            await sweep(&memory)
            last = .now
        }
    }

    /// How late a sweep may be on a busy machine, in seconds.
    private static let pauseTolerance: TimeInterval = 30

    private func sweep(_ memory: inout Memory) async {
        // A gateway that has just started, and does not know yet who is who, has nothing to end.
        guard source.isComplete, pods.isSynced, leases.isSynced else { return }
        let (now, start) = (Date.now, ContinuousClock.now)
        await buryReplicas(&memory)
        let labs = pods.pods
        await measure(labs, &memory, now)
        for pod in labs where !pod.isTerminating {
            do throws(APIError) {
                try await look(at: pod, &memory, now)
            } catch {
                logger.sweepFailed(pod.metadata.name, error)
            }
        }
        let uids = Set(labs.map(\.metadata.uid))
        memory.orphans = memory.orphans.filter { uids.contains($0.key) }
        memory.ranOut = memory.ranOut.filter { uids.contains($0.key) }
        let names = Set(labs.map(\.metadata.name))
        let vanished = memory.pods.subtracting(names)
        memory.pods = names
        balanceLedgers(labs, vanished, now)
        balanceRooms(labs, vanished, now)
        logger.swept(labs: labs.count, in: start.duration(to: .now))
    }

    // MARK: One lab

    private func look(at pod: Pod, _ memory: inout Memory, _ now: Date) async throws(APIError) {
        // Somebody has decided, and has not come to carry it out.
        if pod.stopReason != nil { return try await stop.delete(pod) }
        guard let (student, course) = owner(of: pod) else {
            let since = memory.orphans[pod.metadata.uid, default: now]
            memory.orphans[pod.metadata.uid] = since
            guard now.timeIntervalSince(since) >= orphanPatience.timeInterval else { return }
            return try await end(pod, because: "it is nobody's any more", course: nil)
        }
        memory.orphans[pod.metadata.uid] = nil
        if student.suspended { return try await end(pod, because: "the account is suspended", course: nil) }
        if pod.status.phase == .failed || pod.status.phase == .succeeded {
            return try await stop.delete(pod)
        }
        if let reason = spentBudget(pod, student, course, &memory, now) {
            return try await end(pod, because: reason, course: course)
        }
        let isMended = try await mendMarks(of: pod, now)
        guard case .ends(let reason)? = outlook.fate(of: pod, at: now, graceUntil: graceUntil(course, memory)) else {
            return
        }
        if case .unused = reason, isMended { return }
        // What was not measured twice may have worked all the time.
        if case .unused = reason, course.idle.workKeepsLab, memory.work.isUnsettled(pod) { return }
        try await end(pod, because: reason.words(course.calendar.text(for:)), course: course)
    }

    /// A mark that cannot be true has taken the place of one that nobody knows any more: the lab gets its time anew, and
    /// no more than that.
    ///
    /// - Returns: whether there was such a mark.
    private func mendMarks(of pod: Pod, _ now: Date) async throws(APIError) -> Bool {
        let keys = ActivityMarks.damagedKeys(pod, at: now)
        guard !keys.isEmpty else { return false }
        logger.marksMended(pod.metadata.name, keys)
        let mark = ActivityMarks.text(now, uid: pod.metadata.uid)
        do throws(APIError) {
            try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                resourceVersion: pod.metadata.resourceVersion,
                annotations: Dictionary(uniqueKeysWithValues: keys.map { ($0, mark) }))
        } catch  where error.isConflict || error.isNotFound {
            // Not as it was looked at: the next sweep looks again.
        }
        return true
    }

    private func owner(of pod: Pod) -> (Student, Course)? {
        let (classroom, annotations) = (outlook.classroom(), pod.metadata.annotations)
        guard let student = annotations[LabPod.Annotation.student].flatMap({ classroom.students[$0] }),
            let name = annotations[LabPod.Annotation.course], student.courses.contains(name),
            let course = classroom.courses[name]
        else { return nil }
        return (student, course)
    }

    private func end(_ pod: Pod, because reason: String, course: Course?) async throws(APIError) {
        // Not as it was looked at: the next sweep looks again.
        guard try await stop.stop(pod, because: reason, holdDown: course?.idle.holdDown, isDeliberate: false) else {
            return
        }
    }

    /// Marks may be missing for a time in which nobody has watched. They may be late as well: whatever made another
    /// gateway lead has kept some from being written.
    private func graceUntil(_ course: Course, _ memory: Memory) -> Date {
        let late = min(course.idle.restartGrace, timing.activityInterval * 2)
        return memory.watchedSince + (memory.isAfterGap ? course.idle.restartGrace : late)
    }

    // MARK: Budgets

    /// Why the lab has to end because of its student's budgets of lab time or CPU time.
    private func spentBudget(
        _ pod: Pod, _ student: Student, _ course: Course, _ memory: inout Memory, _ now: Date
    ) -> String? {
        let ledger = admission.ledgers.record(of: student.name)
        let (uid, ranOut) = (pod.metadata.uid, memory.ranOut[pod.metadata.uid])
        let readings = BudgetRules(course, student).readings(
            ledger, at: now, windows: course.calendar.interval(of:at:),
            ranOutAt: { meter, _ in meter == .cpuTime ? ranOut ?? now : nil }
        ).filter { $0.meter != .connectedTime }
        let isCPUSpent = readings.contains { $0.meter == .cpuTime && !$0.state.permitsNew }
        memory.ranOut[uid] = isCPUSpent ? ranOut ?? now : nil
        guard let reading = readings.first, case .spent = reading.state else { return nil }
        return reading.notice(course.calendar.text(for:))
    }

    // MARK: Work

    private func measure(_ pods: [Pod], _ memory: inout Memory, _ now: Date) async {
        let due = pods.filter { isWorthMeasuring($0, memory, now) }
        let readings = await meter.cpuTimes(of: due, logger)
        memory.work.forget(except: Set(pods.map(\.metadata.uid)))
        var worked: [(pod: Pod, rules: IdleRules)] = []
        for pod in due {
            guard let (student, course) = owner(of: pod) else { continue }
            let reading = readings[pod.metadata.uid]
            let hasWorked = memory.work.note(reading, of: pod, floor: course.idle.workFloor.value, at: now)
            if hasWorked, course.idle.workKeepsLab { worked.append((pod, course.idle)) }
            if let reading, course.quotas(for: student).cpuTime != TimeBudget() {
                let windows = course.calendar.interval(of:at:)
                admission.ledgers.changeSoon(of: student.name) { ledger in
                    ledger.addCPU(reading, holdingID: pod.metadata.name, at: now, windows: windows)
                }
            }
        }
        await worked.forEach(concurrently: Self.maximumMarkCount) { await mark($0.pod, $0.rules, now) }
    }

    /// Marks that are written at the same time: the rest of a sweep waits for all of them.
    private static let maximumMarkCount = 8

    /// A lab that is interacted with need not be measured, unless its CPU time is counted.
    private func isWorthMeasuring(_ pod: Pod, _ memory: Memory, _ now: Date) -> Bool {
        guard LabAssessment(pod) == .ready, let (student, course) = owner(of: pod) else { return false }
        let interval = WorkLog.interval(for: course.idle, timing)
        let last = memory.work.lastReading(of: pod)
        if let last, now.timeIntervalSince(last) < interval.timeInterval { return false }
        if course.quotas(for: student).cpuTime != TimeBudget() { return true }
        guard course.idle.workKeepsLab, course.idle.lab != nil else { return false }
        var latest = ActivityMarks(pod).interaction ?? pod.metadata.creationTimestamp ?? now
        if let seen = outlook.uses.interaction(withPod: pod.metadata.name, now: now) { latest = max(latest, seen) }
        return now.timeIntervalSince(latest) >= interval.timeInterval
    }

    private func mark(_ pod: Pod, _ rules: IdleRules, _ now: Date) async {
        let known = ActivityMarks(pod).work ?? .distantPast
        let lag = min(timing.activityInterval / 2, (rules.lab ?? rules.maximumAge) / 4)
        guard now.timeIntervalSince(known) >= lag.timeInterval else { return }
        do throws(APIError) {
            try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                annotations: [ActivityMarks.Annotation.work: ActivityMarks.text(now, uid: pod.metadata.uid)])
        } catch {
            if !error.isNotFound, !error.isConflict { logger.activityNotWritten(pod.metadata.name, error) }
        }
    }

    // MARK: What is shared

    /// Closes what gateways that have died held, as of their last sign of life.
    private func buryReplicas(_ memory: inout Memory) async {
        let ledgers = admission.ledgers.all
        let holders = ledgers.values.flatMap(\.holdings).filter { $0.kind != .lab }.map(\.holder)
        let leases = Dictionary(
            leases.objects.filter { $0.metadata.labels["app.kubernetes.io/component"] == "replica" }
                .map { ($0.holderIdentity, $0) },
            uniquingKeysWith: { $1 })
        let silent = memory.replicas.dead(among: Set(holders), leases: leases, asSeenBy: admission.replica)
        for dead in silent where await isDead(dead) {
            let admission = admission
            for (student, ledger) in ledgers where ledger.holdings.contains(where: { $0.holder == dead.identity }) {
                let at = dead.lastRenewal ?? .now
                admission.ledgers.changeSoon(of: student) { ledger in
                    ledger.closeAll(heldBy: dead.identity, at: at, windows: admission.windows(of:))
                }
            }
            logger.replicaBuried(dead)
            // Not before its holdings are known to be closed: the next sweep finds none.
            let isForgotten = !holders.contains(dead.identity)
            if isForgotten, let lease = dead.lease {
                try? await client.delete(.leases, named: lease, namespace: namespace)
            }
        }
    }

    /// Whether a gateway that has been silent as far as the cache tells is dead: watches stall without a word.
    private func isDead(_ silent: Replicas.Dead) async -> Bool {
        do throws(APIError) {
            let lease = try await client.get(
                .leases, named: ReplicaLease.name(of: silent.identity), namespace: namespace)
            // Compared with itself, and not with a clock.
            return silent.lease != nil && lease.renewTime == silent.lastRenewal
        } catch {
            // Without its Lease it has gone in order; the cache will say so, too.
            return error.isNotFound && silent.lease == nil
        }
    }

    /// How long after its creation was asked for a lab may be without a pod that was ever seen.
    private static let creationPatience: TimeInterval = 60

    /// Sets the labs in the ledgers right after the pods that there are.
    ///
    /// - Parameter vanished: the pods that there were at the last sweep, and are not any more.
    private func balanceLedgers(_ pods: [Pod], _ vanished: Set<String>, _ now: Date) {
        let names = Set(pods.map(\.metadata.name))
        let ledgers = admission.ledgers.all
        for pod in pods {
            let annotations = pod.metadata.annotations
            guard let student = annotations[LabPod.Annotation.student],
                let course = annotations[LabPod.Annotation.course],
                ledgers[student]?.holding(pod.metadata.name) == nil
            else { continue }
            let since = pod.metadata.creationTimestamp ?? now
            admission.ledgers.changeSoon(of: student) { ledger in
                ledger.open(Holding(lab: pod.metadata.name, course: course, since: since))
            }
        }
        for (student, ledger) in ledgers {
            let gone = ledger.holdings.filter { holding in
                holding.kind == .lab && !names.contains(holding.holder)
                    && (vanished.contains(holding.holder)
                        || now.timeIntervalSince(holding.since) >= Self.creationPatience)
            }
            if gone.isEmpty { continue }
            let admission = admission
            admission.ledgers.changeSoon(of: student) { ledger in
                // A student who has come back meanwhile holds a new lab of the same name.
                for holding in gone where ledger.holding(holding.id)?.since == holding.since {
                    ledger.close(id: holding.id, at: now, windows: admission.windows(of: holding.course))
                }
            }
        }
    }

    /// Sets the seats of courses with a capacity right after the pods that there are.
    private func balanceRooms(_ pods: [Pod], _ vanished: Set<String>, _ now: Date) {
        let byCourse = Dictionary(grouping: pods) { $0.metadata.annotations[LabPod.Annotation.course] ?? "" }
        for course in outlook.classroom().courses.values where course.capacity != nil {
            let names = Set((byCourse[course.name] ?? []).map(\.metadata.name))
            let balance = { @Sendable (room: inout WaitingRoom) in
                for pod in vanished { room.release(pod) }
                room.reconcile(pods: names, now: now)
            }
            var room = admission.rooms.record(of: course.name)
            let before = room
            balance(&room)
            if room != before { admission.rooms.changeSoon(of: course.name, balance) }
        }
    }
}
