import Classroom
import Foundation
import Kubernetes

extension Reaper {
    // MARK: Gateways that have died

    /// Closes what gateways that have died held, as of their last sign of life.
    func buryReplicas(_ ledgers: [String: Ledger], _ memory: inout ReaperMemory) async {
        let holders = ledgers.values.flatMap(\.holdings).filter { $0.kind != .lab }.map(\.holder)
        let leases = Dictionary(
            leases.objects.filter { $0.metadata.labels["app.kubernetes.io/component"] == "replica" }
                .map { ($0.holderIdentity, $0) },
            uniquingKeysWith: { $1 })
        let silent = memory.replicas.dead(among: Set(holders), leases: leases, asSeenBy: admission.replica)
        for dead in silent where await isDead(dead) {
            let admission = admission
            for (student, ledger) in ledgers where ledger.holdings.contains(where: { $0.holder == dead.identity }) {
                let at = dead.lastRenewal ?? .clusterNow
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

    // MARK: Labs

    /// Sets the labs in the ledgers and the seats in the waiting rooms right after the pods that there are.
    ///
    /// - Parameters:
    ///   - ledgers: as they were before the pods were.
    ///   - vanished: the labs that there were at the last call of the roll, and are not any more.
    func balance(
        _ ledgers: [String: Ledger], _ pods: [Pod], _ vanished: [String: LabRoll.Entry], _ now: Date
    ) {
        open(pods, in: ledgers, now)
        close(ledgers, but: Set(pods.map(\.metadata.name)), vanished, now)
        balanceRooms(pods, vanished, now)
    }

    private func open(_ pods: [Pod], in ledgers: [String: Ledger], _ now: Date) {
        for pod in pods {
            let annotations = pod.metadata.annotations
            guard let student = annotations[LabPod.Annotation.student],
                let course = annotations[LabPod.Annotation.course],
                ledgers[student]?.holding(pod.metadata.name) == nil,
                // Nothing can be noted in one that cannot be read, however often that is tried.
                ledgers[student] != nil || !admission.ledgers.isUnreadable(student)
            else { continue }
            let since = pod.metadata.creationTimestamp ?? now
            admission.ledgers.changeSoon(of: student) { ledger in
                ledger.open(Holding(lab: pod.metadata.name, course: course, since: since))
            }
        }
    }

    private func close(
        _ ledgers: [String: Ledger], but names: Set<String>, _ vanished: [String: LabRoll.Entry], _ now: Date
    ) {
        for (student, ledger) in ledgers {
            let gone = ledger.holdings.filter { holding in
                holding.kind == .lab && !names.contains(holding.holder)
                    && (vanished[holding.holder]?.holding == holding.since
                        || now.timeIntervalSince(holding.since) >= Ledger.creationPatience)
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

    private func balanceRooms(_ pods: [Pod], _ vanished: [String: LabRoll.Entry], _ now: Date) {
        let byCourse = Dictionary(grouping: pods) { $0.metadata.annotations[LabPod.Annotation.course] ?? "" }
        let free = vanished.compactMapValues(\.seat)
        for course in outlook.classroom().courses.values where course.capacity != nil {
            let names = Set((byCourse[course.name] ?? []).map(\.metadata.name))
            let balance = { @Sendable (room: inout WaitingRoom) in
                for (pod, since) in free { room.release(pod, takenAt: since) }
                room.reconcile(pods: names, now: now)
            }
            var room = admission.rooms.record(of: course.name)
            let before = room
            balance(&room)
            if room != before { admission.rooms.changeSoon(of: course.name, balance) }
        }
    }

    /// When the seat of each lab was taken, by its pod's name.
    func seats() -> [String: Date] {
        let rooms = outlook.classroom().courses.values.filter { $0.capacity != nil }
            .map { admission.rooms.record(of: $0.name) }
        return Dictionary(rooms.flatMap(\.seats).map { ($0.pod, $0.since) }, uniquingKeysWith: { $1 })
    }
}
