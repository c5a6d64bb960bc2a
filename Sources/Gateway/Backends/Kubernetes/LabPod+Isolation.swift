import Classroom
import Kubernetes

extension LabPod {
    /// Whether the lab is to have a user namespace of its own, by the course's switch or by its overlay.
    private var wantsUserNamespace: Bool {
        course.userNamespaces || course.podTemplate?["spec"]?["hostUsers"] == .bool(false)
    }

    /// Why a pod must not be used although it was made from this very manifest, in words: a cluster that does not know
    /// user namespaces, or has them switched off, takes the pod and drops that field without a word.
    func missingWall(of pod: Pod) -> String? {
        guard wantsUserNamespace, pod.spec.hostUsers != false else { return nil }
        return "the course asks for user namespaces, which the cluster does not have"
    }
}
