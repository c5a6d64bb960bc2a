import Foundation
import Kubernetes
import Logging
import ServiceLifecycle

/// Writes on each lab's pod when it was last interacted with here: at most once a minute for each lab in use.
struct ActivityWriter: Service {
    let client: APIClient
    let pods: PodCache
    let namespace: String
    let uses: LabUses
    let outlook: LabOutlook
    let timing: LifeCycleTiming
    let metrics: GatewayMetrics
    let logger: Logger

    /// Until graceful shutdown, and then once more: the next gateway shall know what this one does.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var isFailing = false
            while true {
                try await Task.sleep(for: timing.tick)
                await write(atLeastAfter: timing.activityInterval, isFailing: &isFailing)
            }
        }
        var isFailing = false
        await write(atLeastAfter: .seconds(1), isFailing: &isFailing)
    }

    /// Writes the marks that are behind by `lag` or more.
    ///
    /// - Parameter isFailing: whether the last try has failed: an outage is logged once, and not for each lab and tick.
    private func write(atLeastAfter lag: Duration, isFailing: inout Bool) async {
        let now = Date.clusterNow
        for name in uses.pods {
            guard let interaction = uses.interaction(withPod: name, now: now) else { continue }
            guard let pod = pods.pod(named: name), !pod.isTerminating else {
                // Gone; or not there yet, but then there is a use, which keeps the clock.
                uses.forget(pod: name)
                continue
            }
            do throws(APIError) {
                if try await write(interaction, on: pod, now: now, atLeastAfter: lag) { isFailing = false }
            } catch {
                metrics.activityWritten(false)
                // The next tick tries again; meanwhile this gateway knows better than the pod.
                if !isFailing { logger.activityNotWritten(name, error) }
                isFailing = true
                // The others would wait for the same API server, one after the other.
                if error.isRetryable { return }
            }
        }
    }

    /// - Returns: whether the API server was asked, and answered.
    private func write(
        _ interaction: Date, on pod: Pod, now: Date, atLeastAfter lag: Duration
    ) async throws(APIError) -> Bool {
        let known = ActivityMarks(pod).interaction ?? pod.metadata.creationTimestamp ?? .distantPast
        let behind = interaction.timeIntervalSince(known)
        // Annotations tell whole seconds.
        guard behind >= 1 else {
            uses.forget(pod: pod.metadata.name)
            return false
        }
        // A key that was pressed to keep a lab has to be known before the lab is stopped.
        guard behind >= lag.timeInterval || outlook.isEnding(asFarAsOthersKnow: pod, at: now) else { return false }
        do throws(APIError) {
            try await client.annotatePod(
                named: pod.metadata.name, namespace: namespace, uid: pod.metadata.uid,
                annotations: [
                    ActivityMarks.Annotation.interaction: ActivityMarks.text(interaction, uid: pod.metadata.uid)
                ])
            metrics.activityWritten(true)
        } catch  where error.isNotFound || error.isConflict {
            // It is another pod by now.
        }
        return true
    }
}
