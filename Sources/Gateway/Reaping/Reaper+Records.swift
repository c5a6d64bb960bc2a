import Classroom
import Foundation
import Upstream

extension Reaper {
    // MARK: Gateways that have died

    /// Closes what gateways that have died held, as of their last sign of life.
    func buryReplicas(_ ledgers: [String: Ledger]) async {
        let holders = Set(ledgers.values.flatMap(\.holdings).filter { $0.kind != .lab }.map(\.holder))
        for dead in await replicas.dead(among: holders) {
            let admission = admission
            for (student, ledger) in ledgers where ledger.holdings.contains(where: { $0.holder == dead.identity }) {
                let at = dead.lastSign ?? .clusterNow
                admission.ledgers.changeSoon(of: student) { ledger in
                    ledger.closeAll(heldBy: dead.identity, at: at, windows: admission.windows(of:))
                }
            }
            logger.replicaBuried(dead)
            // Not before its holdings are known to be closed: the next sweep finds none.
            if !holders.contains(dead.identity) { await replicas.forget(dead) }
        }
    }

    // MARK: Labs

    /// Sets the labs in the ledgers and the seats in the waiting rooms right after the labs that there are.
    ///
    /// - Parameters:
    ///   - ledgers: as they were before the labs were.
    ///   - vanished: the labs that there were at the last call of the roll, and are not any more.
    func balance(
        _ ledgers: [String: Ledger], _ labs: [Lab], _ vanished: [String: LabRoll.Entry], _ now: Date
    ) {
        open(labs, in: ledgers, now)
        close(ledgers, but: Set(labs.map(\.name)), vanished, now)
        balanceRooms(labs, vanished)
    }

    private func open(_ labs: [Lab], in ledgers: [String: Ledger], _ now: Date) {
        for lab in labs {
            guard let student = lab.student, let course = lab.course,
                ledgers[student]?.holding(lab.name) == nil,
                // Nothing can be noted in one that cannot be read, however often that is tried.
                ledgers[student] != nil || !admission.ledgers.isUnreadable(student)
            else { continue }
            let since = lab.created
            admission.ledgers.changeSoon(of: student) { ledger in
                ledger.open(Holding(lab: lab.name, course: course, since: since))
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

    private func balanceRooms(_ labs: [Lab], _ vanished: [String: LabRoll.Entry]) {
        let byCourse = Dictionary(grouping: labs) { $0.course ?? "" }
        let free = vanished.compactMapValues(\.seat)
        for course in outlook.classroom().courses.values where course.capacity != nil {
            let names = Set((byCourse[course.name] ?? []).map(\.name))
            let balance = { @Sendable (room: inout WaitingRoom) in
                for (lab, since) in free { room.release(lab, takenAt: since) }
                room.reconcile(labs: names, now: .clusterNow)
            }
            var room = admission.rooms.record(of: course.name)
            let before = room
            balance(&room)
            if room != before { admission.rooms.changeSoon(of: course.name, balance) }
        }
    }

    /// When the seat of each lab was taken, by its lab's name.
    func seats() -> [String: Date] {
        let rooms = outlook.classroom().courses.values.filter { $0.capacity != nil }
            .map { admission.rooms.record(of: $0.name) }
        return Dictionary(rooms.flatMap(\.seats).map { ($0.lab, $0.since) }, uniquingKeysWith: { $1 })
    }
}
