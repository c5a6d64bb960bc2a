import Foundation
import Kubernetes

/// A pod that should have ended and has not: its node does not answer any more, or something on it hangs. It keeps the
/// lab's name, so that its student has no lab until somebody decides that it is lost.
///
/// To give it up is to delete it without the node's word that its containers have ended. They may go on for a while
/// where nobody can reach them; no exec leads to a node that does not answer. What must not happen is that a home is
/// mounted on two nodes at once, and it does not, whatever labgate decides: a volume that is attached to one node at a
/// time stays attached to the old one until that node says that it is unmounted, or until Kubernetes itself takes the
/// node for dead, six minutes later; until then the next pod waits for it. A volume that is not attached, as NFS, is
/// shared by nature, and one of the node itself leads the next pod back to the same node.
struct OverduePod: Hashable, Sendable {
    /// How long after its time a pod is given up whose node is lost as far as the API server knows. That it is lost has
    /// taken Kubernetes most of a minute to find out.
    static let patienceWithLostNode: Duration = .seconds(120)
    /// How long after its time a pod is given up of which nothing is known. A node that answers and still does not end
    /// the pod waits for something, such as a volume that hangs; that may pass.
    static let patience: Duration = .seconds(600)
    /// Kubelets are late by seconds now and then.
    private static let tolerance: Duration = .seconds(10)

    /// Whether the API server knows that the pod's node does not answer.
    let isNodeLost: Bool
    /// When the pod should have been gone, by the API server's clock.
    let due: Date

    /// When the pod is given up.
    var givenUpAt: Date { due + (isNodeLost ? Self.patienceWithLostNode : Self.patience) }

    /// - Returns: nil for a pod that need not have ended yet.
    init?(_ pod: Pod, at now: Date) {
        guard let due = pod.metadata.deletionTimestamp, now >= due + Self.tolerance else { return nil }
        self.due = due
        isNodeLost = Self.isNodeLost(pod)
    }

    /// What a student reads who waits for it, behind "waiting for your previous lab to end".
    func words(_ when: (Date) -> String) -> String {
        (isNodeLost ? "its node does not answer" : "it should have ended at \(when(due))")
            + "; it is given up at \(when(givenUpAt))"
    }

    /// Kubernetes' node controller says so in one of several ways, depending on the version: by the pod's reason, by
    /// that of its condition, or by taking the condition away without a reason and leaving what the kubelet last said
    /// of the containers.
    private static func isNodeLost(_ pod: Pod) -> Bool {
        if pod.status.reason == "NodeLost" { return true }
        guard let ready = pod.status.condition("Ready"), ready.status != "True" else { return false }
        if ready.reason == "NodeNotReady" { return true }
        return ready.reason == nil && pod.containerStatus(LabPod.container)?.ready == true
    }
}
