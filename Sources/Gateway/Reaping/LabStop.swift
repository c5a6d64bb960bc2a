import Classroom
import Foundation
import Kubernetes
import Logging

/// Ends labs.
///
/// First the reason is written on the pod, on the condition that nothing about it has changed since it was looked at: a
/// key pressed meanwhile, through whatever gateway, keeps the lab. With that the lab is stopped, for every gateway.
/// What follows only carries it out, and whoever finds it undone does it: the hold-down is written into the student's
/// ledger, and only then the pod is deleted, on which the hold-down is noted until then.
struct LabStop: Sendable {
    enum Annotation {
        /// Why the lab is stopped, in words for its student.
        static let stopped = "labgate.dev/stopped"
        /// What the student's ledger is to remember of it: a `Stop` as JSON. None if nothing is held down.
        static let holdDown = "labgate.dev/hold-down"
    }

    let client: APIClient
    let namespace: String
    let ledgers: Ledgers
    /// What events about a student's labs are attached to; the pod's last minutes if there is none.
    let studentReference: @Sendable (_ student: String) -> ObjectReference?
    let metrics: GatewayMetrics
    let logger: Logger

    /// - Parameters:
    ///   - cause: as it is counted; `reason` says it in words.
    ///   - holdDown: how long the lab is not to be started again by programs that connect by themselves.
    /// - Returns: false if the pod is not as it was, or gone.
    func stop(
        _ pod: Pod, _ cause: LabStopCause, because reason: String, holdDown: Duration?, isDeliberate: Bool
    ) async throws(APIError) -> Bool {
        let now = Date.clusterNow
        let note = holdDown.map {
            Stop(at: now, reason: reason, holdUntil: now + $0.timeInterval, isDeliberate: isDeliberate)
        }
        let stopped: Pod
        do throws(APIError) {
            stopped = try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                resourceVersion: pod.metadata.resourceVersion,
                annotations: [Annotation.stopped: reason, Annotation.holdDown: note?.annotation])
        } catch  where error.isConflict || error.isNotFound {
            return false
        }
        logger.labStopped(pod, reason)
        metrics.labStopped(cause)
        try await carryOut(stopped)
        await tell("LabStopped", .normal, of: pod, "was stopped: \(reason)")
        return true
    }

    /// Does what is left to do for a lab whose stop somebody has not come to carry out.
    func complete(_ pod: Pod) async throws(APIError) {
        do throws(APIError) {
            // The pod at hand may be old, and what was noted of its end be over: a student who has come back with a
            // terminal is not held down again.
            let present = try await client.pod(named: pod.metadata.name, namespace: namespace)
            guard present.metadata.uid == pod.metadata.uid, !present.isTerminating, present.stopReason != nil else {
                return
            }
            try await carryOut(present)
        } catch  where error.isNotFound {
            // It is gone.
        }
    }

    private func carryOut(_ pod: Pod) async throws(APIError) {
        if let note = pod.stopNote, let student = pod.metadata.annotations[LabPod.Annotation.student],
            let course = pod.metadata.annotations[LabPod.Annotation.course]
        {
            do throws(APIError) {
                try await write(note, student, course)
            } catch  where !error.isRetryable && error.code != .cancelled {
                // A ledger that cannot be read is no reason for the lab to stay.
                logger.recordNotWritten("hold-down of \(student)", error)
            }
        }
        try await delete(pod)
    }

    private func write(_ note: Stop, _ student: String, _ course: String) async throws(APIError) {
        do {
            try await ledgers.change(of: student) { $0.note(note, course: course) }
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError(
                code: .cancelled, operation: "note the stop of a lab of \(student)", message: "the gateway is stopping")
        }
    }

    /// Deletes a pod that does not end by itself, without its node's word; see ``OverduePod``.
    func giveUp(_ pod: Pod, isNodeLost: Bool) async throws(APIError) {
        do throws(APIError) {
            try await client.deletePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid, gracePeriod: .zero)
        } catch  where error.isNotFound || error.isConflict {
            return
        }
        logger.labGivenUp(pod, isNodeLost: isNodeLost)
        let node = pod.spec.nodeName
        await tell(
            "LabGivenUp", .warning, of: pod,
            "did not end and was deleted without the word of its node \(node)"
                + (isNodeLost ? ", which does not answer" : ""))
    }

    /// Deletes a pod whose lab has been stopped.
    func delete(_ pod: Pod) async throws(APIError) {
        do throws(APIError) {
            try await client.deletePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                gracePeriod: pod.hasStarted ? nil : .zero)
        } catch  where error.isNotFound || error.isConflict {
            // It is gone.
        }
    }

    /// An event for who asks kubectl. Nothing depends on it.
    private func tell(_ event: String, _ type: EventType, of pod: Pod, _ what: String) async {
        let student = pod.metadata.annotations[LabPod.Annotation.student] ?? ""
        let course = pod.metadata.annotations[LabPod.Annotation.course] ?? ""
        do throws(APIError) {
            try await client.createEvent(
                about: studentReference(student) ?? pod.reference, type: type, reason: event,
                message: "The lab of \(student) in \(course) \(what)", namespace: namespace)
        } catch {
            logger.eventNotWritten(pod.metadata.name, error)
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

extension Stop {
    /// As a pod's annotation has it.
    fileprivate var annotation: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Pod {
    /// Why the lab was stopped, if it was; its pod may still be there.
    var stopReason: String? { metadata.annotations[LabStop.Annotation.stopped] }

    /// What its student's ledger is to remember of that; nil if nothing, or if it cannot be read.
    var stopNote: Stop? {
        metadata.annotations[LabStop.Annotation.holdDown].flatMap {
            try? JSONDecoder().decode(Stop.self, from: Data($0.utf8))
        }
    }
}
