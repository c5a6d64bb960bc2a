import Foundation
import Kubernetes

/// Writes on a lab's pod when the lab was last interacted with, for all gateways to know.
struct ActivityMarker: Sendable {
    let client: APIClient
    let namespace: String
    let metrics: GatewayMetrics

    /// - Returns: the pod as it is by now, perhaps about to end; nil if it is another one, or gone.
    /// - Throws: `APIError` if it is not known to be written.
    @discardableResult
    func mark(_ pod: Pod, interaction: Date) async throws(APIError) -> Pod? {
        do throws(APIError) {
            let marked = try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                annotations: [
                    ActivityMarks.Annotation.interaction: ActivityMarks.text(interaction, uid: pod.metadata.uid)
                ])
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
