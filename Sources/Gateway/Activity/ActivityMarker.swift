import Foundation
import Kubernetes

/// Writes on a lab's pod when the lab was last interacted with or has last worked, for all gateways to know.
struct ActivityMarker: Sendable {
    let client: APIClient
    let namespace: String
    let metrics: GatewayMetrics

    /// - Returns: the pod as it is by now, perhaps about to end; nil if it is another one, or gone.
    /// - Throws: `APIError` if it is not known to be written.
    @discardableResult
    func mark(_ pod: Pod, interaction date: Date) async throws(APIError) -> Pod? {
        try await mark(pod, ActivityMarks.Annotation.interaction, date)
    }

    /// - Throws: `APIError` if it is not known to be written.
    func mark(_ pod: Pod, work date: Date) async throws(APIError) {
        _ = try await mark(pod, ActivityMarks.Annotation.work, date)
    }

    private func mark(_ pod: Pod, _ key: String, _ date: Date) async throws(APIError) -> Pod? {
        do throws(APIError) {
            let marked = try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                annotations: [key: ActivityMarks.text(date, uid: pod.metadata.uid)])
            metrics.activityWritten(true)
            return marked
        } catch  where error.isNotFound || error.isConflict {
            return nil
        } catch {
            metrics.activityWritten(false)
            throw error
        }
    }
}
