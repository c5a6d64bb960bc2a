import Classroom
import Foundation
import Kubernetes
import Logging

/// Ends labs.
///
/// First the reason is written on the pod, on the condition that nothing about it has changed since it was looked at: a
/// key pressed meanwhile, through whatever gateway, keeps the lab. With that the lab is stopped, for every gateway;
/// deleting the pod only carries it out, and whoever finds it undone does it.
struct LabStop: Sendable {
    enum Annotation {
        /// Why the lab is stopped, in words for its student.
        static let stopped = "labgate.dev/stopped"
    }

    let client: APIClient
    let namespace: String
    let ledgers: Ledgers
    /// What events about a student's labs are attached to; the pod's last minutes if there is none.
    let studentReference: @Sendable (_ student: String) -> ObjectReference?
    let logger: Logger

    /// - Parameter holdDown: how long the lab is not to be started again by programs that connect by themselves.
    /// - Returns: false if the pod is not as it was, or gone.
    func stop(
        _ pod: Pod, because reason: String, holdDown: Duration?, isDeliberate: Bool
    ) async throws(APIError) -> Bool {
        do throws(APIError) {
            try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                resourceVersion: pod.metadata.resourceVersion, annotations: [Annotation.stopped: reason])
        } catch  where error.isConflict || error.isNotFound {
            return false
        }
        logger.labStopped(pod, reason)
        note(reason, on: pod, holdDown: holdDown, isDeliberate: isDeliberate)
        try await delete(pod)
        await tell(reason, of: pod)
        return true
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
    private func tell(_ reason: String, of pod: Pod) async {
        let student = pod.metadata.annotations[LabPod.Annotation.student] ?? ""
        let course = pod.metadata.annotations[LabPod.Annotation.course] ?? ""
        do throws(APIError) {
            try await client.createEvent(
                about: studentReference(student) ?? pod.reference, type: .normal, reason: "LabStopped",
                message: "The lab of \(student) in \(course) was stopped: \(reason)", namespace: namespace)
        } catch {
            logger.eventNotWritten(pod.metadata.name, error)
        }
    }

    private func note(_ reason: String, on pod: Pod, holdDown: Duration?, isDeliberate: Bool) {
        let annotations = pod.metadata.annotations
        guard let holdDown, let student = annotations[LabPod.Annotation.student],
            let course = annotations[LabPod.Annotation.course]
        else { return }
        let now = Date.now
        ledgers.changeSoon(of: student) { ledger in
            ledger.stops[course] = Stop(
                at: now, reason: reason, holdUntil: now + holdDown.timeInterval, isDeliberate: isDeliberate)
        }
    }
}

extension Pod {
    /// Why the lab was stopped, if it was; its pod may still be there.
    var stopReason: String? { metadata.annotations[LabStop.Annotation.stopped] }
}
