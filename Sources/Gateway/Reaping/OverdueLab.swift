import Foundation

/// A lab that should have ended and has not: its node does not answer any more, or something on it hangs. It keeps the
/// lab's name, so that its student has no lab until somebody decides that it is lost.
///
/// To give it up is to delete it without the node's word that its containers have ended. They may go on for a while
/// where nobody can reach them; no exec leads to a node that does not answer. What must not happen is that a home is
/// mounted on two nodes at once, and it does not, whatever labgate decides: a volume that is attached to one node at a
/// time stays attached to the old one until that node says that it is unmounted, or until Kubernetes itself takes the
/// node for dead, six minutes later; until then the next lab waits for it. A volume that is not attached, as NFS, is
/// shared by nature, and one of the node itself leads the next lab back to the same node.
struct OverdueLab: Hashable, Sendable {
    /// How long after its time a lab is given up whose node is lost as far as the API server knows. That it is lost has
    /// taken Kubernetes most of a minute to find out, and half a minute more to act on.
    static let patienceWithLostNode: Duration = .seconds(60)
    /// How long after its time a lab is given up of which nothing is known. A node that answers and still does not end
    /// the lab waits for something, such as a volume that hangs; that may pass.
    static let patience: Duration = .seconds(600)
    /// Kubelets are late by seconds now and then.
    private static let tolerance: Duration = .seconds(10)

    /// Whether it is known that the lab's node does not answer.
    let isNodeLost: Bool
    /// When the lab should have been gone, by the backend's clock.
    let due: Date

    /// When the lab is given up.
    var givenUpAt: Date { due + (isNodeLost ? Self.patienceWithLostNode : Self.patience) }

    /// - Returns: nil for a lab that need not have ended yet.
    init?(_ lab: Lab, at now: Date) {
        guard let ending = lab.ending, now >= ending.due + Self.tolerance else { return nil }
        (due, isNodeLost) = (ending.due, ending.isNodeLost)
    }

    /// What a student reads who waits for it, behind "waiting for your previous lab to end".
    func words(_ when: (Date) -> String) -> String {
        (isNodeLost ? "its node does not answer" : "it should have ended at \(when(due))")
            + "; it is given up at \(when(givenUpAt))"
    }
}
