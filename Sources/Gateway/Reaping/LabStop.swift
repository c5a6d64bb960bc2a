import Classroom
import Foundation
import Logging
import Upstream

/// Ends labs.
///
/// First the reason is written on the lab, on the condition that nothing about it has changed since it was looked at: a
/// key pressed meanwhile, through whatever gateway, keeps the lab. With that the lab is stopped, for every gateway.
/// What follows only carries it out, and whoever finds it undone does it: the hold-down is written into the student's
/// ledger, and only then the lab is deleted, on which the hold-down is noted until then.
struct LabStop: Sendable {
    let backend: any LabBackend
    let ledgers: Ledgers
    let metrics: GatewayMetrics
    let logger: Logger

    /// - Parameters:
    ///   - cause: as it is counted; `reason` says it in words.
    ///   - holdDown: how long the lab is not to be started again by programs that connect by themselves.
    /// - Returns: false if the lab is not as it was, or gone.
    func stop(
        _ lab: Lab, _ cause: LabStopCause, because reason: String, holdDown: Duration?, isDeliberate: Bool
    ) async throws(BackendError) -> Bool {
        let now = Date.clusterNow
        let note = StopNote(
            reason: reason,
            holdDown: holdDown.map {
                Stop(at: now, reason: reason, holdUntil: now + $0.timeInterval, isDeliberate: isDeliberate)
            })
        guard let stopped = try await backend.note(.stop(note), on: lab, ifUnchanged: true) else { return false }
        logger.labStopped(lab, reason)
        metrics.labStopped(cause)
        try await carryOut(stopped)
        await tell(.labStopped, of: lab, "was stopped: \(reason)")
        return true
    }

    /// Does what is left to do for a lab whose stop somebody has not come to carry out.
    func complete(_ lab: Lab) async throws(BackendError) {
        // The lab at hand may be old, and what was noted of its end be over: a student who has come back with a
        // terminal is not held down again.
        guard let present = try await backend.currentLab(named: lab.name), present.uid == lab.uid,
            !present.isTerminating, present.stop != nil
        else { return }
        try await carryOut(present)
    }

    private func carryOut(_ lab: Lab) async throws(BackendError) {
        if let note = lab.stop?.holdDown, let student = lab.student, let course = lab.course {
            do throws(BackendError) {
                try await write(note, student, course)
            } catch  where !error.isRetryable && error.code != .cancelled {
                // A ledger that cannot be read is no reason for the lab to stay.
                logger.recordNotWritten("hold-down of \(student)", error)
            }
        }
        try await delete(lab)
    }

    private func write(_ note: Stop, _ student: String, _ course: String) async throws(BackendError) {
        do {
            try await ledgers.change(of: student) { $0.note(note, course: course) }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(
                .cancelled, operation: "note the stop of a lab of \(student)", message: "the gateway is stopping")
        }
    }

    /// Deletes a lab that does not end by itself, without its node's word; see ``OverdueLab``.
    func giveUp(_ lab: Lab, isNodeLost: Bool) async throws(BackendError) {
        guard try await delete(lab, gracePeriod: .zero) else { return }
        logger.labGivenUp(lab, isNodeLost: isNodeLost)
        await tell(
            .labGivenUp, of: lab, isWarning: true,
            "did not end and was deleted without the word of its node \(lab.node)"
                + (isNodeLost ? ", which does not answer" : ""))
    }

    /// Deletes a lab that has been stopped.
    func delete(_ lab: Lab) async throws(BackendError) {
        _ = try await delete(lab, gracePeriod: lab.hasStarted ? nil : .zero)
    }

    /// - Returns: false if it is gone.
    private func delete(_ lab: Lab, gracePeriod: Duration?) async throws(BackendError) -> Bool {
        do throws(BackendError) {
            try await backend.delete(lab, gracePeriod: gracePeriod)
            return true
        } catch  where [.notFound, .conflict].contains(error.code) {
            return false
        }
    }

    /// For who asks kubectl. Nothing depends on it.
    private func tell(_ kind: LabEvent.Kind, of lab: Lab, isWarning: Bool = false, _ what: String) async {
        let event = LabEvent(
            kind: kind, isWarning: isWarning,
            message: "The lab of \(lab.student ?? "") in \(lab.course ?? "") \(what)")
        do throws(BackendError) {
            try await backend.tell(event, about: lab)
        } catch {
            logger.eventNotWritten(lab.name, error)
        }
    }
}

extension Ledger {
    /// Remembers how a lab was stopped. Once is enough: what has become of it since then stays.
    mutating func note(_ stop: Stop, course: String) {
        if let known = stops[course], known.at >= stop.at { return }
        stops[course] = stop
    }
}
