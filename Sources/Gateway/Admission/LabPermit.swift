import Classroom
import Foundation
import Upstream

/// Whether a student's lab may be started now: asked when there is none.
///
/// 1. Nobody starts a lab by accident that was just stopped.
/// 2. There is a place in the course, or the student waits for one.
/// 3. The student has not too many labs, and there is room with the backend, or the student waits for some.
struct LabPermit: Sendable {
    let admission: AdmissionDesk
    let outlook: LabOutlook
    let order: LabOrder
    /// Whether somebody at a terminal asks, and not a program that connects by itself.
    let isAttended: Bool

    private var student: Student { order.student }
    private var course: Course { order.course }

    /// What this login has taken for the lab, and gives back if there is to be none: since when.
    private struct Claim {
        /// The seat in the course; nil if it has none.
        var seat: Date?
        /// The holding in the student's ledger; nil if there is none, or another login's.
        var holding: Date?
    }

    /// Whether the lab is there by now: another login has created it, and there is nothing left to wait for.
    private var isThere: Bool { outlook.backend.lab(named: order.name.lab) != nil }

    /// Runs `create` once the lab may be there, unless it is there first.
    ///
    /// - Parameters:
    ///   - progress: told what the student waits for, in words.
    ///   - create: throws `BackendError` if it was refused, and `StalledCreation` to be run again.
    /// - Throws: `LabSessionFailure`, or `BackendError` if the backend cannot be asked.
    func obtain(
        progress: @Sendable @escaping (String) async -> Void, create: () async throws -> Void
    ) async throws {
        try checkHoldDown()
        // Who may not have the lab must not take a seat from those who may.
        try await admission.checkLimit(of: order)
        var claim = Claim()
        do {
            claim.seat = try await takeSeat(progress)
            try await whenThereIsRoom(&claim, progress, create)
        } catch {
            if isRefused(error), let seat = claim.seat { freeSeat(takenAt: seat) }
            throw error
        }
    }

    /// Whether a failure leaves no lab behind. That a login has gone, or that an answer was lost, says nothing: the lab
    /// may still come, and if it does not, what was taken for it is given back by whoever looks after labs.
    private func isRefused(_ error: any Error) -> Bool {
        let isCertain = error is LabSessionFailure || (error as? BackendError)?.isCertain == true
        return isCertain && !isThere
    }

    // MARK: Hold-down

    /// An editor that finds its lab gone connects again and again; it must not start a lab that nobody uses. Each of its
    /// tries puts the time off in which it may not, so that it never does.
    private func checkHoldDown() throws(LabSessionFailure) {
        try refuseIfHeldDown()
        if isAttended, admission.ledgers.record(of: student.name).stops[course.name] != nil { clearHoldDown() }
    }

    /// Refuses a program that connects by itself to a lab that was just stopped, whether it has gone by now or not.
    func refuseIfHeldDown() throws(LabSessionFailure) {
        let now = Date.clusterNow
        guard !isAttended, let stop = admission.ledgers.record(of: student.name).stops[course.name] else { return }
        let rules = AdmissionRules(course, student, at: now)
        guard case .refused(let refusal) = rules.admission(startingAfter: stop, hasTerminal: isAttended, at: now) else {
            return
        }
        extendHoldDown(stop, now)
        throw .refused(refusal.sentence(course.calendar.text(for:)), limit: refusal.limit)
    }

    private func clearHoldDown() {
        admission.ledgers.changeSoon(of: student.name) { $0.stops[course.name] = nil }
    }

    /// Written when a good part of the time has passed, and not for each try.
    private func extendHoldDown(_ stop: Stop, _ now: Date) {
        let holdDown = course.idle.holdDown.timeInterval
        guard stop.holdUntil.timeIntervalSince(now) < holdDown * 3 / 4 else { return }
        admission.ledgers.changeSoon(of: student.name) { ledger in
            guard let stop = ledger.stops[course.name] else { return }
            ledger.stops[course.name] = Stop(
                at: stop.at, reason: stop.reason, holdUntil: max(stop.holdUntil, now + holdDown),
                isDeliberate: stop.isDeliberate)
        }
    }

    // MARK: A place

    /// How often those who wait say that they still do, twice within `WaitingRoom.presence`: all at the same time, so that
    /// one write does.
    private static let presenceInterval: TimeInterval = 30

    /// Takes a seat in the course, or takes it anew: one that is not used is not kept for ever.
    ///
    /// - Returns: since when it is taken; nil if none is needed, or the lab has come while the student waited.
    private func takeSeat(_ progress: @Sendable @escaping (String) async -> Void) async throws -> Date? {
        guard let capacity = course.capacity else { return nil }
        let take = { @Sendable (room: inout WaitingRoom, now: Date) in
            room.take(seat: order.name.lab, student: student.name, capacity: capacity, now: now)
        }
        var (isWaiting, seemsFree, falseTurns) = (false, false, FalseTurns())
        defer { if isWaiting { admission.metrics.stoppedWaiting(course: course.name) } }
        while !isWaiting || !isThere {
            let now = Date.clusterNow
            let placement = try await admission.rooms.change(of: course.name) { take(&$0, now) }
            guard case .waiting(let place) = placement else { return Seat(lab: order.name.lab, since: now).since }
            if !isWaiting { admission.metrics.startedWaiting(course: course.name) }
            isWaiting = true
            await progress(words(place))
            try await Task.sleep(for: falseTurns.pause(afterTurn: seemsFree))
            seemsFree = try await waitForTurn(in: course.name) { room in
                let placement = take(&room, .clusterNow)
                if case .waiting(let place) = placement { await progress(words(place)) }
                return placement == .seated
            }
        }
        leave(course.name)
        return nil
    }

    /// Only the seat that this login has taken: who has taken it anew since may still get the lab.
    private func freeSeat(takenAt since: Date) {
        admission.rooms.changeSoon(of: course.name) { $0.release(order.name.lab, takenAt: since) }
    }

    private func words(_ place: Int) -> String {
        let ends = outlook.expectedEnds(in: course.name, at: .clusterNow)
        let estimate = WaitingRoom.estimate(place: place, expectedEnds: ends).map {
            "; there should be room by \(course.calendar.text(for: $0)) at the latest"
        }
        return "all \(course.capacity ?? 0) labs of \(course.name) are in use, you are number \(place) in the queue"
            + (estimate ?? "")
    }

    // MARK: Room with the backend

    /// The waiting room of all courses together: a ResourceQuota makes no difference between them. No course can be called
    /// so.
    static let commonRoom = "/namespace"
    /// Between two tries of the first in the queue; whoever stops a lab tells nobody how much room that makes.
    private static let tryInterval: Duration = .seconds(3)

    /// Runs `create` when there is room with the backend, in the order of coming.
    private func whenThereIsRoom(
        _ claim: inout Claim, _ progress: @Sendable @escaping (String) async -> Void,
        _ create: () async throws -> Void
    ) async throws {
        var mayTry = !admission.rooms.record(of: Self.commonRoom).hasOthers(than: student.name, at: .clusterNow)
        var (hasWaited, hasStalled, seemsFree, falseTurns) = (false, false, false, FalseTurns())
        defer { if hasWaited { admission.metrics.stoppedWaiting(course: course.name) } }
        while !isThere {
            do {
                if mayTry {
                    if hasWaited || hasStalled { claim.seat = try await takeSeat(progress) }
                    if !isThere { try await attempt(&claim, create) }
                    break
                }
            } catch  where Self.isStall(error, hasStalled: hasStalled) {
                hasStalled = true
                try await Task.sleep(for: (error as? StalledCreation)?.pause ?? Self.tryInterval)
                continue
            } catch let error as BackendError where error.code == .noRoom(passes: true) {
                if hasWaited { try await Task.sleep(for: Self.tryInterval) }
            }
            if !hasWaited { admission.metrics.startedWaiting(course: course.name) }
            hasWaited = true
            let place = try await admission.rooms.change(of: Self.commonRoom) { room in
                room.place(of: student.name, now: .clusterNow)
            }
            await progress("there is no room for another lab now; you are number \(place) in the queue")
            mayTry = place == 1
            if mayTry { continue }
            try await Task.sleep(for: falseTurns.pause(afterTurn: seemsFree))
            seemsFree = try await waitForTurn(in: Self.commonRoom) {
                $0.place(of: student.name, now: .clusterNow) == 1
            }
        }
        if hasWaited { leave(Self.commonRoom) }
    }

    /// Whether to begin anew: a creation may have to wait for a backend that does not answer, and so may what is
    /// taken again for it.
    private static func isStall(_ error: any Error, hasStalled: Bool) -> Bool {
        error is StalledCreation || hasStalled && (error as? BackendError)?.isRetryable == true
    }

    /// The lab is in its student's ledger while its creation is tried, for the limit's sake, and stays there unless
    /// that was refused: who waits for room has no lab, and none of its time is counted.
    private func attempt(_ claim: inout Claim, _ create: () async throws -> Void) async throws {
        claim.holding = try await admission.openLab(order, insteadOf: claim.holding)
        do {
            try await create()
        } catch {
            if isRefused(error), let since = claim.holding {
                admission.withdrawLab(order, openedAt: since)
                claim.holding = nil
            }
            throw error
        }
    }

    private func leave(_ room: String) {
        admission.rooms.changeSoon(of: room) { $0.leave(student.name) }
    }

    // MARK: Turns

    /// Returns when it seems to be the student's turn, when the lab is there, or when it is time to say again that
    /// somebody waits.
    ///
    /// - Returns: whether it seems to be the student's turn.
    private func waitForTurn(
        in owner: String, isTurn: @Sendable @escaping (inout WaitingRoom) async -> Bool
    ) async throws -> Bool {
        let isItsTurn = await withTaskGroup { group in
            group.addTask {
                let now = Date.clusterNow.timeIntervalSince1970
                let next = (now / Self.presenceInterval).rounded(.down) * Self.presenceInterval + Self.presenceInterval
                try? await Task.sleep(for: .seconds(next - now))
                return false
            }
            group.addTask {
                for await lab in outlook.backend.updates(ofLabNamed: order.name.lab) where lab != nil { break }
                return false
            }
            group.addTask {
                for await room in admission.rooms.updates(of: owner) {
                    var room = room
                    if await isTurn(&room) { return true }
                }
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        try Task.checkCancellation()
        return isItsTurn
    }
}
