/// One walk over a pod template, collecting what ``PodTemplatePolicy`` forbids.
struct PodTemplateChecker {
    private typealias Members = [String: DocumentValue]
    private typealias Path = [KeyPathStep]

    /// The course's shared volumes.
    let sharedVolumeNames: Set<String>
    /// What was found.
    private(set) var violations: [PodTemplatePolicy.Violation] = []

    init(sharedVolumeNames: Set<String>) {
        self.sharedVolumeNames = sharedVolumeNames
    }

    /// Checks a whole template.
    mutating func check(_ template: DocumentValue) {
        refuseDeletions(template, [])
        guard let members = object(template, []) else { return }
        for key in members.keys.sorted() where key != "metadata" && key != "spec" {
            refuse([.key(key)], "unknown key; \(Spelling.advice(for: key, known: ["metadata", "spec"]))")
        }
        if let metadata = members["metadata"] { checkMetadata(metadata, [.key("metadata")]) }
        if let spec = members["spec"] { checkSpec(spec, [.key("spec")]) }
    }

    private mutating func refuse(_ path: Path, _ reason: String) {
        violations.append(PodTemplatePolicy.Violation(path: path, message: reason))
    }

    /// An overlay adds and replaces; a null or a `$patch` directive in it could remove what protects the lab.
    private mutating func refuseDeletions(_ value: DocumentValue, _ path: Path) {
        switch value {
        case .null:
            refuse(path, "has no value; a pod template cannot remove what the gateway sets")
        case .object(let members):
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                if key.hasPrefix("$") { refuse(path + [.key(key)], "patch directives are not supported") }
                refuseDeletions(value, path + [.key(key)])
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() { refuseDeletions(element, path + [.index(index)]) }
        default:
            break
        }
    }

    private mutating func object(_ value: DocumentValue, _ path: Path) -> Members? {
        if case .object(let members) = value { return members }
        if value != .null { refuse(path, "must be a mapping") }
        return nil
    }

    private mutating func elements(_ members: Members, _ key: String, _ path: Path) -> [(Path, Members)] {
        guard let value = members[key] else { return [] }
        guard case .array(let elements) = value else {
            refuse(path + [.key(key)], "must be a list")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            let path = path + [.key(key), .index(index)]
            return object(element, path).map { (path, $0) }
        }
    }

    /// Refuses `key` unless it is absent or has the one harmless value.
    private mutating func require(
        _ members: Members, _ path: Path, _ key: String, _ harmless: DocumentValue, _ reason: String
    ) {
        if let value = members[key], value != harmless { refuse(path + [.key(key)], reason) }
    }

    /// Labels that are everybody's by their prefix, and that the gateway selects its pods by.
    private static let gatewayLabels: Set = ["app.kubernetes.io/name", "app.kubernetes.io/managed-by"]

    private mutating func checkMetadata(_ value: DocumentValue, _ path: Path) {
        guard let metadata = object(value, path) else { return }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let path = path + [.key(key)]
            guard key == "labels" || key == "annotations" else {
                refuse(path, "only labels and annotations may be given; the gateway names its pods")
                continue
            }
            for name in (object(value, path) ?? [:]).keys.sorted() {
                let prefix = name.split(separator: "/").first ?? ""
                if prefix == "labgate.dev" || prefix.hasSuffix(".labgate.dev") {
                    refuse(path + [.key(name)], "\(prefix) belongs to the gateway, which knows its pods by it")
                }
                if Self.gatewayLabels.contains(name) {
                    refuse(path + [.key(name)], "is the gateway's, which finds its pods by it")
                }
                if prefix == "container.apparmor.security.beta.kubernetes.io" || prefix.hasSuffix("alpha.kubernetes.io")
                {
                    refuse(path + [.key(name)], "security profiles cannot be set by annotation")
                }
            }
        }
    }

    private mutating func checkSpec(_ value: DocumentValue, _ path: Path) {
        guard let spec = object(value, path) else { return }
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            require(spec, path, key, .bool(false), "a lab must not share the node's namespaces")
        }
        require(
            spec, path, "automountServiceAccountToken", .bool(false), "a lab must not hold credentials of the cluster")
        if spec["ephemeralContainers"] != nil {
            refuse(path + [.key("ephemeralContainers")], "a pod cannot be created with these")
        }
        if let context = spec["securityContext"] { checkSecurity(context, path + [.key("securityContext")]) }
        for (path, volume) in elements(spec, "volumes", path) { checkVolume(volume, path) }
        for key in ["containers", "initContainers"] {
            for (path, container) in elements(spec, key, path) { checkContainer(container, path) }
        }
    }

    /// Pod Security Standards, "baseline" and "restricted", for a pod's or a container's security context.
    private mutating func checkSecurity(_ value: DocumentValue, _ path: Path) {
        guard let context = object(value, path) else { return }
        require(context, path, "privileged", .bool(false), "a lab must not be privileged")
        require(context, path, "allowPrivilegeEscalation", .bool(false), "a lab must not gain privileges")
        require(context, path, "runAsNonRoot", .bool(true), "a lab must not run as root")
        require(context, path, "procMount", .string("Default"), "a lab must not see the node's /proc unmasked")
        for key in ["runAsUser", "runAsGroup", "fsGroup"] {
            if let value = context[key], !isNonRootID(value) {
                refuse(path + [.key(key)], "must be a number above 0: a lab must not run as root")
            }
        }
        if let groups = context["supplementalGroups"], !(groups.array?.allSatisfy(isNonRootID) ?? false) {
            refuse(path + [.key("supplementalGroups")], "must be numbers above 0: a lab must not be in root's group")
        }
        for key in ["seLinuxOptions", "windowsOptions", "sysctls"] where context[key] != nil {
            refuse(path + [.key(key)], "cannot be set for a lab")
        }
        if let capabilities = context["capabilities"], capabilities != ["drop": ["ALL"]] {
            refuse(path + [.key("capabilities")], "a lab has no capabilities and cannot get any")
        }
        for key in ["seccompProfile", "appArmorProfile"] {
            guard let profile = context[key] else { continue }
            if !["RuntimeDefault", "Localhost"].contains(profile["type"]?.string) {
                refuse(path + [.key(key)], "a lab must not run unconfined; the type is RuntimeDefault or Localhost")
            }
        }
    }

    private func isNonRootID(_ value: DocumentValue) -> Bool {
        if case .int(let id) = value { id > 0 } else { false }
    }

    private mutating func checkVolume(_ volume: Members, _ path: Path) {
        let harmless: Set = [
            "configMap", "downwardAPI", "emptyDir", "ephemeral", "image", "name", "projected", "secret",
        ]
        for key in volume.keys.sorted() where !harmless.contains(key) {
            refuse(path + [.key(key)], "share storage through sharedVolumes, which are always read-only")
        }
        if let name = volume["name"]?.string, sharedVolumeNames.contains(name) || name == "home" {
            refuse(path + [.key("name")], "\(name) is already the name of a volume of the course")
        }
        guard let projected = volume["projected"], let members = object(projected, path + [.key("projected")]) else {
            return
        }
        for (path, source) in elements(members, "sources", path + [.key("projected")]) {
            if source["serviceAccountToken"] != nil || source["podCertificate"] != nil {
                refuse(path, "a lab must not hold credentials of the cluster")
            }
        }
    }

    private mutating func checkContainer(_ container: Members, _ path: Path) {
        if let context = container["securityContext"] { checkSecurity(context, path + [.key("securityContext")]) }
        for (path, port) in elements(container, "ports", path) {
            for key in ["hostPort", "hostIP"] where port[key] != nil {
                refuse(path + [.key(key)], "a lab must not take ports of the node")
            }
        }
        if container["volumeDevices"] != nil {
            refuse(path + [.key("volumeDevices")], "a lab must not have raw devices")
        }
        for (path, mount) in elements(container, "volumeMounts", path) {
            require(mount, path, "mountPropagation", .string("None"), "a lab must not pass mounts on")
            guard let name = mount["name"]?.string, sharedVolumeNames.contains(name) else { continue }
            if mount["readOnly"] != .bool(true) {
                let message = "\(name) is a shared volume and always read-only: say readOnly: true"
                refuse(mount["readOnly"] == nil ? path : path + [.key("readOnly")], message)
            }
        }
    }
}
