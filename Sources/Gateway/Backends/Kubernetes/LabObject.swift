import Kubernetes

/// A lab's pod, as the gateway keeps it: what it says of the lab, worked out once for each change.
struct LabObject: KubernetesObject {
    let metadata: ObjectMeta
    let lab: Lab
    /// Whether the pod's node waits before it tries again to fetch an image.
    let isBackingOffFromPull: Bool

    init(_ pod: Pod) {
        metadata = pod.metadata
        lab = Lab(pod)
        isBackingOffFromPull = LabState.isBackingOffFromPull(pod)
    }

    /// Decodes a pod.
    init(from decoder: any Decoder) throws {
        self.init(try Pod(from: decoder))
    }
}

extension ResourceType where Object == LabObject {
    /// Pods, each as the lab that it is.
    static var labs: Self { Self(version: "v1", plural: "pods") }
}
