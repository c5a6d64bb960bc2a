import Kubernetes

/// A node that has put off fetching an image, because it fetches for many at once.
///
/// Kubelets ask registries a few times a second at most (`registryPullQPS`), and with `imagePullPolicy: Always` each lab of
/// a class that begins is such a time. What is beyond that fails with "pull QPS exceeded", and looks like an image that
/// cannot be fetched; the node tries again by itself, after 10 seconds and then at longer and longer intervals.
enum PullPostponement {
    /// What a student reads behind "fetching the course's image".
    static let words = "its node fetches for many at once, and tries again by itself"

    /// Whether a message of the node's about a failed try speaks of it.
    static func isTold(by message: String) -> Bool { message.contains("QPS exceeded") }

    /// Whether it is all that is the matter with a pod that backs off from fetching an image.
    ///
    /// - Parameters:
    ///   - lastStage: told last of the start, perhaps when the node said why the last try had failed.
    ///   - warnings: events about the pod, the oldest first; a node that is busy tells them late or not at all.
    static func holdsUp(_ pod: LabObject, lastStage: LabStage?, _ warnings: [Event]) -> Bool {
        guard pod.isBackingOffFromPull else { return false }
        let last = warnings.last { $0.reason == "Failed" && $0.message.hasPrefix("Failed to pull image") }
        return last.map { isTold(by: $0.message) } ?? (lastStage == .pulling(words))
    }
}
