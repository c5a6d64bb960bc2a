import Classroom
import Foundation
import Synchronization
import Upstream

/// One wait for one lab: looks at it, does what that calls for, and looks again at each change.
final class LabStart: Sendable {
    private let labs: Labs
    private let wanted: LabOrder
    private let dead: Lab?
    private let permit: LabPermit
    private let progress: @Sendable (LabStage) async -> Void
    private let state = Mutex(State())

    private struct State {
        /// When the start is to be given up; nil while the student waits for a place.
        var deadline: ContinuousClock.Instant?
        var stage: LabStage?
        /// What the wait is about, once it is there.
        var lab: Lab?
        var unschedulableSince: ContinuousClock.Instant?
        /// When the creation of the lab was tried first; nil before that, and when the backend has answered that there is
        /// no room.
        var creationBegan: ContinuousClock.Instant?
    }

    init(
        labs: Labs, wanted: LabOrder, dead: Lab?, permit: LabPermit,
        progress: @escaping @Sendable (LabStage) async -> Void
    ) {
        self.labs = labs
        self.wanted = wanted
        self.dead = dead
        self.permit = permit
        self.progress = progress
    }

    /// Waits until the lab is ready.
    ///
    /// - Throws: `LabError`, `LabSessionFailure` if the student may not have it now, or `CancellationError`.
    func run() async throws -> Lab {
        do {
            return try await follow()
        } catch let error as BackendError {
            throw Self.refused(error)
        }
    }

    private func follow() async throws -> Lab {
        setDeadline()
        await tell(.finding)
        for await lab in labs.backend.updates(ofLabNamed: wanted.name.lab) {
            guard let lab else {
                try await create()
                continue
            }
            guard wanted.owns(lab) else { throw Self.foreign(lab) }
            if let lab = try await step(lab) { return lab }
        }
        throw CancellationError()
    }

    /// Acts on the lab as it is; the lab if it is ready.
    private func step(_ lab: Lab) async throws -> Lab? {
        let stage = state.withLock { state in
            state.lab = lab
            return state.stage
        }
        guard case .doomed(let error) = lab.state else { return try await step(lab, as: lab.state) }
        return try await step(lab, as: await labs.backend.secondOpinion(on: lab, error, after: stage))
    }

    private func step(_ lab: Lab, as state: LabState) async throws -> Lab? {
        switch state {
        case .ready:
            guard lab.isSame(as: dead) else { return labs.usable(lab, wanted) }
            // What is known has not heard yet what happened to it, if anything has.
            await tell(.waitingForOldLab(nil))
        case .starting(.restarting) where labs.backend.isOutdated(lab, wanted),
            .starting(.binding) where labs.backend.isOutdated(lab, wanted),
            .unschedulable where labs.backend.isOutdated(lab, wanted):
            // Whoever has mended the course does not mean the lab that has too little memory, or fits nowhere.
            try await delete(lab)
        case .starting(let stage):
            await tell(stage)
        case .terminating:
            // Not only when it has gone: that may take longer than nothing is to start it again.
            try permit.refuseIfHeldDown()
            await tell(.waitingForOldLab(delay(of: lab)))
        case .ended:
            await tell(.waitingForOldLab(nil))
            try await delete(lab)
        case .doomed(let error):
            // Out of the way, so that the next login finds out whether the cause is mended.
            try await delete(lab)
            throw error
        case .unschedulable(let reason):
            await tell(.scheduling(reason))
            self.state.withLock { $0.unschedulableSince = $0.unschedulableSince ?? .now }
        }
        return nil
    }

    // MARK: Requests

    private func create() async throws {
        try await labs.backend.prepare(wanted) { await self.tell($0) }
        state.withLock { $0.deadline = nil }
        try await permit.obtain(progress: { await self.tell(.waitingForPlace($0)) }, create: createParts)
        setDeadline()
    }

    /// Run again after a creation that has stalled, but no longer than a start may take; waiting for room does not count.
    private func createParts() async throws {
        try beginCreation()
        await tell(.creating)
        var tries = RequestTries(within: RequestTries.creationLimit)
        do {
            for part in labs.backend.parts(of: wanted) { try await create(part, &tries) }
        } catch let error as BackendError where error.isNoRoom {
            state.withLock { $0.creationBegan = nil }
            throw error
        }
    }

    private func beginCreation(now: ContinuousClock.Instant = .now) throws(LabError) {
        let began = state.withLock { state in
            let began = state.creationBegan ?? now
            state.creationBegan = began
            return began
        }
        guard now - began < wanted.course.startTimeout else { throw timedOut() }
    }

    /// A limit that is used up is told before it is found out that the part is there, which may be what has used it up:
    /// the backend is asked, for its own sentence would let the student wait for a lab that runs.
    private func create(_ part: LabPart, _ tries: inout RequestTries) async throws {
        do {
            try await retrying(&tries, part.create)
        } catch let error as BackendError where error.isNoRoom {
            var isFound = false
            try await retrying(&tries) { () async throws(BackendError) in isFound = try await part.isThere() }
            guard isFound else { throw error }
        }
    }

    /// A lab in which nothing has run yet need not be given time to end, which takes some kubelets a minute.
    private func delete(_ lab: Lab) async throws {
        var tries = RequestTries()
        try await retrying(&tries) { () async throws(BackendError) in
            try await self.labs.backend.delete(lab, gracePeriod: lab.hasStarted ? nil : .zero)
        }
    }

    /// Repeats a request while its failure may pass. That the object is there already, or is gone already, is what
    /// was wanted; for what is left, the backend's own words have to do.
    ///
    /// - Throws: `BackendError`, or `StalledCreation` if there is to be no other try.
    private func retrying(
        _ tries: inout RequestTries, _ request: () async throws(BackendError) -> Void
    ) async throws {
        while true {
            do throws(BackendError) {
                return try await request()
            } catch  where [.alreadyExists, .notFound, .conflict].contains(error.code) {
                return
            } catch  where error.isRetryable {
                await tell(.retrying(error.message))
                try await Task.sleep(for: tries.pause(after: error))
            } catch {
                throw error
            }
        }
    }

    // MARK: Time

    /// Asks why the lab does not come while nothing else happens: some reasons are told nowhere else.
    func watchHindrances() async throws -> Lab? {
        while true {
            try await Task.sleep(for: labs.hindranceInterval)
            try checkPatience()
            if let lab = stillReady() { return lab }
            await tellOfDelay()
            guard let lab = state.withLock({ $0.lab }) else { continue }
            if let reason = await labs.backend.hindrance(of: lab, wanted) { await tellOfHindrance(reason) }
        }
    }

    private func tellOfHindrance(_ reason: String) async {
        switch state.withLock({ $0.stage }) {
        case .binding: await tell(.binding(reason))
        case .mounting: await tell(.mounting(reason))
        default: return
        }
    }

    /// The lab that was said to be gone, if it looks ready all the same. A node that has just started knows of no labs
    /// until it has heard of them again.
    private func stillReady() -> Lab? {
        guard case .waitingForOldLab? = state.withLock({ $0.stage }) else { return nil }
        return labs.known(wanted).flatMap { $0.isSame(as: dead) ? $0 : nil }
    }

    /// What is the matter with a lab that has not ended at its time.
    private func delay(of lab: Lab) -> String? {
        OverdueLab(lab, at: .clusterNow)?.words(wanted.course.calendar.text(for:))
    }

    /// Nothing about the old lab changes when its time is over.
    private func tellOfDelay() async {
        guard case .waitingForOldLab? = state.withLock({ $0.stage }),
            let lab = labs.backend.lab(named: wanted.name.lab), let delay = delay(of: lab)
        else { return }
        await tell(.waitingForOldLab(delay))
    }

    private func checkPatience() throws {
        let (stage, since) = state.withLock { ($0.stage, $0.unschedulableSince) }
        guard case .scheduling(let reason?)? = stage, let since else { return }
        guard ContinuousClock.now - since >= labs.unschedulablePatience else { return }
        throw LabError(cause: "There is no place to run your lab (\(reason))", advice: LabError.tryAgain)
    }

    private func setDeadline() {
        state.withLock { $0.deadline = .now + wanted.course.startTimeout }
    }

    /// Throws once the start has taken longer than the course allows.
    func watchDeadline() async throws -> Lab? {
        while true {
            // Set anew when the student has got a place, which is later than what is waited for here.
            let deadline = state.withLock { $0.deadline } ?? .now + wanted.course.startTimeout
            guard deadline > .now else { throw timedOut() }
            try await Task.sleep(until: deadline)
        }
    }

    private func timedOut() -> LabError {
        let stage = state.withLock { $0.stage.map { "\($0)" } ?? "\(LabStage.asking)" }
        let limit = wanted.course.startTimeout.components.seconds
        return LabError(
            cause: "Your lab was not ready after \(limit) seconds; it was still \(stage)", advice: LabError.tryAgain)
    }

    private func tell(_ stage: LabStage) async {
        let isNew = state.withLock { state in
            defer { state.stage = stage }
            return state.stage != stage
        }
        if isNew { await progress(stage) }
    }

    // MARK: Words

    private static func refused(_ error: BackendError) -> LabError {
        let cause =
            error.isNoRoom
            ? "There is no room for another lab (\(error.message))"
            : "Your lab cannot be started (\(error.message))"
        return LabError(cause: cause, advice: error.isNoRoom ? LabError.tryAgain : LabError.askStaff)
    }

    private static func foreign(_ lab: Lab) -> LabError {
        LabError(cause: "\(lab.name) exists and is not your lab", advice: LabError.askStaff)
    }
}
