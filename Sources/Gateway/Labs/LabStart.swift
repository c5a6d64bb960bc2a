import Classroom
import Foundation
import Kubernetes
import Synchronization

/// One wait for one lab: looks at its pod, does what that calls for, and looks again at each change.
final class LabStart: Sendable {
    private let labs: Labs
    private let wanted: LabPod
    private let dead: Lab?
    private let permit: LabPermit
    private let progress: @Sendable (LabStage) async -> Void
    private let state = Mutex(State())

    private struct State {
        /// When the start is to be given up; nil while the student waits for a place.
        var deadline: ContinuousClock.Instant?
        var stage: LabStage?
        /// The pod that the wait is about, once it is there; its events are worth reading.
        var uid: String?
        var unschedulableSince: ContinuousClock.Instant?
    }

    init(
        labs: Labs, wanted: LabPod, dead: Lab?, permit: LabPermit,
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
        } catch let error as APIError {
            throw Self.refused(error)
        }
    }

    private func follow() async throws -> Lab {
        setDeadline()
        await tell(.finding)
        for await pod in labs.pods.updates(ofPodNamed: wanted.name.pod) {
            guard let pod else {
                try await create()
                continue
            }
            guard wanted.owns(pod) else { throw Self.foreign(pod) }
            if let lab = try await step(pod) { return lab }
        }
        throw CancellationError()
    }

    /// Acts on the pod as it is; the lab if it is ready.
    private func step(_ pod: Pod) async throws -> Lab? {
        state.withLock { $0.uid = pod.metadata.uid }
        switch LabAssessment(pod) {
        case .ready:
            let lab = labs.usable(pod, wanted)
            guard let lab, lab.isSame(as: dead) else { return lab }
            // The cache has not heard yet what happened to it.
            await tell(.waitingForOldLab(nil))
        case .starting(let stage):
            await tell(stage)
        case .terminating:
            await tell(.waitingForOldLab(delay(of: pod)))
        case .ended:
            await tell(.waitingForOldLab(nil))
            try await delete(pod)
        case .doomed(let error):
            let warnings = await warnings(of: pod.metadata.uid)
            if PullPostponement.holdsUp(pod, lastStage: state.withLock { $0.stage }, warnings) {
                await tell(.pulling(PullPostponement.words))
                return nil
            }
            let reason = Self.explain(error, by: warnings)
            // Out of the way, so that the next login finds out whether the cause is mended.
            try await delete(pod)
            throw reason
        case .unschedulable where wanted.isNewer(than: pod):
            // Whoever mended the course does not mean the pod that fits nowhere.
            try await delete(pod)
        case .unschedulable(let reason):
            await tell(.scheduling(reason))
            state.withLock { $0.unschedulableSince = $0.unschedulableSince ?? .now }
        }
        return nil
    }

    // MARK: Requests

    private func create() async throws {
        state.withLock { $0.deadline = nil }
        try await permit.obtain(progress: { await self.tell(.waitingForPlace($0)) }, create: createObjects)
        setDeadline()
    }

    private func createObjects() async throws {
        await tell(.creating)
        let (client, namespace, name) = (labs.client, labs.namespace, wanted.name)
        var tries = RequestTries(within: RequestTries.creationLimit)
        if let claim = wanted.homeClaim {
            try await createUnlessThere(&tries) { () async throws(APIError) in
                try await client.createPersistentVolumeClaim(claim, namespace: namespace)
            } isThere: { () async throws(APIError) in
                _ = try await client.persistentVolumeClaim(named: name.homeClaim, namespace: namespace)
                return true
            }
        }
        try await createUnlessThere(&tries) { () async throws(APIError) in
            _ = try await client.createPod(self.wanted.manifest, namespace: namespace)
        } isThere: { () async throws(APIError) in
            try await !client.pod(named: name.pod, namespace: namespace).isTerminating
        }
    }

    /// A quota that is used up is told before it is found out that the object is there, which may be what has used it
    /// up: the API server is asked, for its own sentence would let the student wait for a lab that runs.
    private func createUnlessThere(
        _ tries: inout RequestTries, create: () async throws(APIError) -> Void,
        isThere: () async throws(APIError) -> Bool
    ) async throws {
        do {
            try await retrying(&tries, create)
        } catch let error as APIError where error.isExceededQuota {
            var isFound = false
            try await retrying(&tries) { () async throws(APIError) in isFound = try await isThere() }
            guard isFound else { throw error }
        }
    }

    /// A pod in which nothing has run yet need not be given time to end, which takes some kubelets a minute.
    private func delete(_ pod: Pod) async throws {
        var tries = RequestTries()
        try await retrying(&tries) { () async throws(APIError) in
            try await self.labs.client.deletePod(
                named: pod.metadata.name, namespace: self.labs.namespace, uid: pod.metadata.uid,
                gracePeriod: pod.hasStarted ? nil : .zero)
        }
    }

    /// Repeats a request while its failure may pass. That the object is there already, or is gone already, is what
    /// was wanted; for what is left, the API server's own words have to do.
    ///
    /// - Throws: `APIError`, or `StalledCreation` if there is to be no other try.
    private func retrying(
        _ tries: inout RequestTries, _ request: () async throws(APIError) -> Void
    ) async throws {
        while true {
            do throws(APIError) {
                return try await request()
            } catch  where error.isAlreadyExists || error.isNotFound || error.isConflict && !error.isRetryable {
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

    /// Reads the pod's events while nothing else happens: some reasons to wait are told nowhere else.
    func watchEvents() async throws -> Lab? {
        while true {
            try await Task.sleep(for: labs.eventInterval)
            try checkPatience()
            await tellOfDelay()
            guard let uid = state.withLock({ $0.uid }), let warning = await warnings(of: uid).last else { continue }
            if case .mounting? = state.withLock({ $0.stage }) { await tell(.mounting(warning.message)) }
        }
    }

    /// What is the matter with a pod that has not ended at its time.
    private func delay(of pod: Pod) -> String? {
        OverduePod(pod, at: .clusterNow)?.words(wanted.course.calendar.text(for:))
    }

    /// Nothing about the old pod changes when its time is over.
    private func tellOfDelay() async {
        guard case .waitingForOldLab? = state.withLock({ $0.stage }),
            let pod = labs.pods.pod(named: wanted.name.pod), let delay = delay(of: pod)
        else { return }
        await tell(.waitingForOldLab(delay))
    }

    /// Reasons of events that hold a start up and that no condition of the pod repeats.
    private static let telling: Set = ["FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "Failed"]

    /// Nothing but a hint: a failure to read it is no reason to end the start.
    private func warnings(of uid: String) async -> [Event] {
        let events = try? await labs.client.events(involvedObjectUID: uid, namespace: labs.namespace)
        return (events ?? []).filter { $0.type == "Warning" && Self.telling.contains($0.reason) }
    }

    /// A pod that backs off only says so; what it backs off from is in an event.
    private static func explain(_ error: LabError, by warnings: [Event]) -> LabError {
        guard let warning = warnings.last(where: { $0.message.contains(": ") }) else { return error }
        return LabError(cause: "\(error.cause): \(warning.message)", advice: error.advice)
    }

    private func checkPatience() throws {
        let (stage, since) = state.withLock { ($0.stage, $0.unschedulableSince) }
        guard case .scheduling(let reason?)? = stage, let since else { return }
        guard ContinuousClock.now - since >= labs.unschedulablePatience else { return }
        throw LabError(cause: "No node of the cluster can take your lab (\(reason))", advice: LabError.tryAgain)
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
        let stage = state.withLock { $0.stage.map { "\($0)" } ?? "asking the cluster" }
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

    private static func refused(_ error: APIError) -> LabError {
        let cause =
            error.isExceededQuota
            ? "The cluster has no room for another lab (\(error.message))"
            : "The cluster refuses to start your lab (\(error.message))"
        return LabError(cause: cause, advice: error.isExceededQuota ? LabError.tryAgain : LabError.askStaff)
    }

    private static func foreign(_ pod: Pod) -> LabError {
        LabError(cause: "The pod \(pod.metadata.name) exists and is not your lab", advice: LabError.askStaff)
    }
}
