import Kubernetes

extension LabPod {
    static let homeReaderSelector = "app.kubernetes.io/managed-by=\(homeReaderManager)"
    private static let homeReaderManager = "labgate-collect"

    /// A pod that only looks at the student's home, for when there is no lab: the lab's own pod with the home read-only,
    /// which no gateway takes for a lab, and which ends by itself if whoever made it cannot end it.
    ///
    /// - Parameter suffix: tells it from another reader of the same home.
    func homeReader(suffix: String) -> JSONValue {
        var pod = manifest
        let annotations = pod["metadata"]?["annotations"] ?? [:]
        pod["metadata"] = [
            "name": .string("read-\(name.home.prefix(50))-\(suffix)"),
            "labels": [
                "app.kubernetes.io/name": "home-reader",
                "app.kubernetes.io/managed-by": .string(Self.homeReaderManager),
            ],
            "annotations": annotations,
        ]
        pod["spec"]?["activeDeadlineSeconds"] = .integer(Self.readerDeadlineSeconds)
        pod["spec"]?["restartPolicy"] = "Never"
        let containers = (pod["spec"]?["containers"]?.array ?? []).filter { $0["name"]?.string == Self.container }
        pod["spec"]?["containers"] = .array(containers.map(Self.readOnly))
        // They may fill the home anew, with what is the course's and not the student's.
        pod["spec"]?["initContainers"] = nil
        return pod
    }

    /// How long such a pod may run: to start and to read a home, with something to spare. It holds the home's claim, which
    /// on most storage only one node can have.
    static var readerDeadlineSeconds: Int { 1200 }

    private static func readOnly(_ container: JSONValue) -> JSONValue {
        var container = container
        container["volumeMounts"] = .array(
            (container["volumeMounts"]?.array ?? []).map { mount in
                var mount = mount
                mount["readOnly"] = true
                return mount
            })
        return container
    }
}
