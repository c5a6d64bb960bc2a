import Kubernetes

/// A lab that is ready for lab sessions.
struct Lab: Hashable, Sendable {
    /// The pod's name.
    let pod: String
    /// Tells this pod from an earlier or later one of the same name.
    let uid: String
    /// Tells its container from an earlier one: a container that ends is started anew in the same pod.
    let restartCount: Int
    /// Whether it was made from another version of its course than the present one.
    let isOutdated: Bool

    /// Whether what ran in the one runs in the other.
    func isSame(as other: Lab?) -> Bool {
        uid == other?.uid && restartCount == other?.restartCount
    }
}

extension Lab {
    /// The lab of a pod, whatever it was made from.
    init(_ pod: Pod, isOutdated: Bool = false) {
        self.init(
            pod: pod.metadata.name, uid: pod.metadata.uid,
            restartCount: pod.containerStatus(LabPod.container)?.restartCount ?? 0, isOutdated: isOutdated)
    }
}
