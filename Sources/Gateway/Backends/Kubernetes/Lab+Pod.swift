import Classroom
import Foundation
import Kubernetes
import Upstream

extension Lab {
    /// The lab that a pod is.
    init(_ pod: Pod) {
        let (metadata, status) = (pod.metadata, pod.containerStatus(LabPod.container))
        self.init(
            name: metadata.name, uid: metadata.uid, version: metadata.resourceVersion,
            student: metadata.annotations[LabPod.Annotation.student],
            course: metadata.annotations[LabPod.Annotation.course],
            specHash: metadata.annotations[LabPod.Annotation.specHash],
            created: metadata.creationTimestamp ?? .clusterNow, node: pod.spec.nodeName, state: LabState(pod),
            hasStarted: pod.hasStarted, restartCount: status?.restartCount ?? 0,
            runEnd: status?.state.flatMap(RunEnd.init), previousRunEnd: status?.lastState.flatMap(RunEnd.init),
            failure: pod.status.phase == .failed
                ? [pod.status.reason, pod.status.message].compactMap(\.self).joined(separator: ": ") : nil,
            marks: ActivityMarks(pod), stop: pod.stopNote, ending: LabEnding(pod))
    }
}

extension Lab.RunEnd {
    /// - Returns: nil if the container has not ended.
    fileprivate init?(_ state: ContainerState) {
        guard case .terminated(let termination) = state else { return nil }
        self = termination.reason == "OOMKilled" ? .outOfMemory : .other
    }
}

extension LabEnding {
    /// - Returns: nil if the pod's deletion was not asked for.
    fileprivate init?(_ pod: Pod) {
        guard let due = pod.metadata.deletionTimestamp else { return nil }
        self.init(due: due, isNodeLost: pod.isNodeLost)
    }
}

extension Pod {
    /// Whether the API server knows that the pod's node does not answer.
    ///
    /// Kubernetes' node controller says so in one of several ways, depending on the version: by the pod's reason, by
    /// that of its condition, or by taking the condition away without a reason and leaving what the kubelet last said
    /// of the containers.
    var isNodeLost: Bool {
        if status.reason == "NodeLost" { return true }
        guard let ready = status.condition("Ready"), ready.status != "True" else { return false }
        if ready.reason == "NodeNotReady" { return true }
        return ready.reason == nil && containerStatus(LabPod.container)?.ready == true
    }
}
