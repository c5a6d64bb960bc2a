import Classroom
import Foundation
import Kubernetes

/// Whether a student's lab may be started now: asked when there is none.
///
/// 1. Nobody starts a lab by accident that was just stopped.
/// 2. There is a place in the course, or the student waits for one.
/// 3. The student has not too many labs, and there is room in the namespace, or the student waits for some.
struct LabPermit: Sendable {
    let admission: AdmissionDesk
    let outlook: LabOutlook
    let lab: LabPod
    /// Whether somebody at a terminal asks, and not a program that connects by itself.
    let isAttended: Bool

    private var student: Student { lab.student }
    private var course: Course { lab.course }

    /// Runs `create` once the lab may be there.
    ///
    /// - Parameters:
    ///   - progress: told what the student waits for, in words.
    ///   - create: throws `APIError` if it was refused.
    /// - Throws: `LabSessionFailure`, or `APIError` if the cluster cannot be asked.
    func obtain(
        progress: @Sendable @escaping (String) async -> Void, create: () async throws -> Void
    ) async throws {
        try checkHoldDown()
        try await takeSeat(progress)
        try await whenThereIsRoom(progress, create)
    }

    // MARK: Hold-down

    /// An editor that finds its lab gone connects again and again; it must not start a lab that nobody uses. Each of its
    /// tries puts the time off in which it may not, so that it never does.
    private func checkHoldDown() throws(LabSessionFailure) {
        let now = Date.clusterNow
        guard let stop = admission.ledgers.record(of: student.name).stops[course.name] else { return }
        if isAttended { return clearHoldDown() }
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
    private func takeSeat(_ progress: @Sendable @escaping (String) async -> Void) async throws {
        guard let capacity = course.capacity else { return }
        let take = { @Sendable (room: inout WaitingRoom) in
            room.take(seat: lab.name.pod, student: student.name, capacity: capacity, now: .clusterNow)
        }
        var isWaiting = false
        defer { if isWaiting { admission.metrics.stoppedWaiting(course: course.name) } }
        while true {
            switch try await admission.rooms.change(of: course.name, take) {
            case .seated:
                return
            case .waiting(let place):
                if !isWaiting { admission.metrics.startedWaiting(course: course.name) }
                isWaiting = true
                await progress(words(place))
                try await waitForTurn(in: course.name) { room in
                    let placement = room.take(
                        seat: lab.name.pod, student: student.name, capacity: capacity, now: .clusterNow)
                    if case .waiting(let place) = placement { await progress(words(place)) }
                    return placement == .seated
                }
            }
        }
    }

    private func words(_ place: Int) -> String {
        let ends = outlook.expectedEnds(in: course.name, at: .clusterNow)
        let estimate = WaitingRoom.estimate(place: place, expectedEnds: ends).map {
            "; there should be room by \(course.calendar.text(for: $0)) at the latest"
        }
        return "all \(course.capacity ?? 0) labs of \(course.name) are in use, you are number \(place) in the queue"
            + (estimate ?? "")
    }

    // MARK: Room in the namespace

    /// The waiting room of all courses together: a ResourceQuota makes no difference between them. No course can be called
    /// so.
    static let namespaceRoom = "/namespace"
    /// Between two tries of the first in the queue; whoever stops a lab tells nobody how much room that makes.
    private static let tryInterval: Duration = .seconds(3)

    /// Runs `create` when there is room in the namespace's quota, in the order of coming.
    private func whenThereIsRoom(
        _ progress: @Sendable @escaping (String) async -> Void, _ create: () async throws -> Void
    ) async throws {
        var mayTry = !admission.rooms.record(of: Self.namespaceRoom).hasOthers(than: student.name, at: .clusterNow)
        var hasWaited = false
        defer { if hasWaited { admission.metrics.stoppedWaiting(course: course.name) } }
        while true {
            do {
                if mayTry {
                    if hasWaited { try await takeSeat(progress) }
                    try await attempt(create)
                    return hasWaited ? leaveNamespaceRoom() : ()
                }
            } catch let error as APIError where error.isExceededQuota && QuotaExcess(error.message).passes {
                if hasWaited { try await Task.sleep(for: Self.tryInterval) }
            }
            if !hasWaited { admission.metrics.startedWaiting(course: course.name) }
            hasWaited = true
            let place = try await admission.rooms.change(of: Self.namespaceRoom) { room in
                room.place(of: student.name, now: .clusterNow)
            }
            await progress("there is no room for another lab now; you are number \(place) in the queue")
            mayTry = place == 1
            if !mayTry {
                try await waitForTurn(in: Self.namespaceRoom) { $0.place(of: student.name, now: .clusterNow) == 1 }
            }
        }
    }

    /// The lab is in its student's ledger while its creation is tried, for the limit's sake, and stays there only if
    /// that has succeeded: who waits for room has no lab, and none of its time is counted.
    private func attempt(_ create: () async throws -> Void) async throws {
        let since = try await admission.openLab(lab)
        do {
            try await create()
        } catch {
            admission.withdrawLab(lab, openedAt: since)
            throw error
        }
    }

    private func leaveNamespaceRoom() {
        admission.rooms.changeSoon(of: Self.namespaceRoom) { $0.leave(student.name) }
    }

    // MARK: Turns

    /// Returns when it seems to be the student's turn, or when it is time to say again that somebody waits.
    private func waitForTurn(
        in owner: String, isTurn: @Sendable @escaping (inout WaitingRoom) async -> Bool
    ) async throws {
        await withTaskGroup { group in
            group.addTask {
                let now = Date.clusterNow.timeIntervalSince1970
                let next = (now / Self.presenceInterval).rounded(.down) * Self.presenceInterval + Self.presenceInterval
                try? await Task.sleep(for: .seconds(next - now))
            }
            group.addTask {
                for await room in admission.rooms.updates(of: owner) {
                    var room = room
                    if await isTurn(&room) { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }
}
