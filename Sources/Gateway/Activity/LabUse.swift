import Classroom
import Foundation
import Synchronization
import Upstream

/// One thing that uses a lab on this gateway: a lab session, or a forwarded connection.
///
/// It is told when the student does something, and it can be ended from outside, with the reason.
final class LabUse: Sendable {
    enum Kind: Sendable {
        case labSession(UserTerminal, isSFTP: Bool)
        case forwarding
    }

    /// As in the log: the connection's id and the channel's number.
    let id: String
    let connection: String
    let student: String
    let course: String
    /// The lab, by name: it may not be there yet.
    let lab: String
    /// The UID of the lab in which it runs; nil while it waits for one.
    var labUID: String? {
        get { state.withLock { $0.labUID } }
        set { state.withLock { $0.labUID = newValue } }
    }
    let kind: Kind
    /// When it began.
    let began = Date.clusterNow
    /// The use's own interaction.
    let clock = InteractionClock()

    private let labClock: LabClock
    private let flow: ForwardingFlow
    private let metrics: GatewayMetrics
    private let state = Mutex(State())

    private struct State {
        var labUID: String?
        var ending: LabSessionFailure?
        var waiters: [UInt64: CheckedContinuation<LabSessionFailure?, Never>] = [:]
        var nextTicket: UInt64 = 0
        var warnings: [Danger: WarningSchedule] = [:]
        var news: Set<News> = []
    }

    init(_ visit: Visit, lab: String, kind: Kind, labClock: LabClock, metrics: GatewayMetrics) {
        self.metrics = metrics
        id = visit.id
        connection = visit.connection
        student = visit.student.name
        course = visit.course.name
        self.lab = lab
        self.kind = kind
        self.labClock = labClock
        flow = ForwardingFlow(floor: visit.course.idle.forwardingFloor)
        // Somebody has logged in; an editor that connects its ports again and again has nobody in front of it.
        if case .labSession = kind { noteInput(byteCount: 0) }
    }

    /// The terminal of a user who reads it; nil for uses without one.
    var terminal: UserTerminal? {
        guard case .labSession(let terminal, _) = kind, terminal.hasTerminal else { return nil }
        return terminal
    }

    /// The client has sent bytes.
    func noteInput(byteCount: Int) {
        metrics.relayedToLab(byteCount: byteCount)
        if case .forwarding = kind, !flow.note(byteCount: byteCount) { return }
        clock.note()
        labClock.note()
    }

    /// The lab has sent bytes, which keep nothing.
    func noteOutput(byteCount: Int) {
        metrics.relayedToClient(byteCount: byteCount)
    }

    // MARK: The end

    /// Ends it, for this reason; the first one counts.
    ///
    /// - Returns: whether it is the first.
    @discardableResult
    func end(_ reason: LabSessionFailure) -> Bool {
        let waiters: [UInt64: CheckedContinuation<LabSessionFailure?, Never>]? = state.withLock { state in
            guard state.ending == nil else { return nil }
            state.ending = reason
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in (waiters ?? [:]).values { waiter.resume(returning: reason) }
        return waiters != nil
    }

    /// Waits until it is ended; nil on cancellation.
    func ended() async -> LabSessionFailure? {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, ending) = state.withLock { state in
                    if state.ending == nil, !Task.isCancelled { state.waiters[ticket] = continuation }
                    return (state.waiters[ticket] == nil, state.ending)
                }
                if isOver { continuation.resume(returning: ending) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: nil)
        }
    }

    /// Runs `work` as long as this may go on.
    ///
    /// - Throws: The reason for which the gateway ends it, or what `work` throws.
    func during<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await working(watchedBy: [{ if let reason = await self.ended() { throw reason } }], work)
    }

    // MARK: Warnings

    /// What a user is warned of.
    enum Danger: Hashable, Sendable {
        case labEnds
        case labSessionEnds
        case courseCloses
        case examBegins
        case timeIsShort(Meter, BudgetWindow)
        case timeIsUp(Meter, BudgetWindow)
    }

    private struct News: Hashable {
        let danger: Danger
        let end: Date
    }

    /// Whether a warning is due now, which then counts as told.
    func isDue(_ danger: Danger, at end: Date, warnings: [Duration], now: Date) -> Bool {
        state.withLock {
            $0.warnings[danger, default: WarningSchedule()].isDue(until: end, warnings: warnings, at: now)
        }
    }

    /// Whether something that happens once until `end` is told for the first time.
    func isNews(_ danger: Danger, of end: Date) -> Bool {
        state.withLock { $0.news.insert(News(danger: danger, end: end)).inserted }
    }
}
