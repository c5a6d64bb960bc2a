import Kubernetes

/// Sets what must hold for every lab, whatever a course's overlay says: no root, no capabilities, no privileges, no
/// service-account token, limits, and shared volumes read-only on every mount of every container.
///
/// The level "restricted" of Kubernetes' Pod Security Standards, and more. Overlays that contradict it are refused when
/// the classroom is read; this is the second lock on the same door.
struct PodSeal: Sendable {
    let sharedVolumeNames: Set<String>
    /// For containers of an overlay that state no limits.
    let defaultResources: JSONValue

    func seal(_ pod: JSONValue) -> JSONValue {
        var pod = pod
        guard var spec = pod["spec"] else { return pod }
        spec["automountServiceAccountToken"] = false
        spec["enableServiceLinks"] = false
        spec["hostNetwork"] = false
        spec["hostPID"] = false
        spec["hostIPC"] = false
        spec["securityContext"]?["runAsNonRoot"] = true
        spec["securityContext"]?["seccompProfile"] = ["type": "RuntimeDefault"]
        for list in ["containers", "initContainers"] {
            if let containers = spec[list]?.array { spec[list] = .array(containers.map(sealContainer)) }
        }
        pod["spec"] = spec
        return pod
    }

    private func sealContainer(_ container: JSONValue) -> JSONValue {
        var container = container
        var context = container["securityContext"] ?? [:]
        context["privileged"] = false
        context["allowPrivilegeEscalation"] = false
        context["runAsNonRoot"] = true
        context["capabilities"] = ["drop": ["ALL"]]
        container["securityContext"] = context
        if container["resources"]?["limits"] == nil { container["resources"] = defaultResources }
        if let mounts = container["volumeMounts"]?.array {
            container["volumeMounts"] = .array(mounts.map(sealMount))
        }
        return container
    }

    private func sealMount(_ mount: JSONValue) -> JSONValue {
        guard let name = mount["name"]?.string, sharedVolumeNames.contains(name) else { return mount }
        var mount = mount
        mount["readOnly"] = true
        // Without it, what is mounted below the volume's folder on the node can be written to if it can be there.
        // Clusters before 1.30 drop the field.
        mount["recursiveReadOnly"] = "IfPossible"
        return mount
    }
}
