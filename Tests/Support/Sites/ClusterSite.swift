/// A namespace of the real cluster.
struct ClusterSite: LabSite {
    let namespace: Namespace

    /// What courses share where no folder of the node is known.
    static let sharedConfigMap = "mybackup"

    static func make() async throws -> ClusterSite {
        let site = ClusterSite(namespace: try await .make())
        if Cluster.sharedFolder == nil {
            try await site.namespace.kubectl(
                "create", "configmap", Self.sharedConfigMap, "--from-literal=README=Files of the course")
        }
        return site
    }

    var settings: String { namespace.settings() }

    func end() async throws { try await namespace.delete() }

    // MARK: Labs

    func labs() async throws -> [SiteLab] { try await namespace.pods().map(SiteLab.init) }

    func remove(_ lab: SiteLab, waits: Bool) async throws {
        try await namespace.kubectl("delete", "pod", lab.name, "--wait=\(waits)")
    }

    func execCommand(in lab: SiteLab) -> [String] {
        [
            "kubectl", "--kubeconfig", Cluster.kubeconfig ?? "", "--namespace", namespace.name, "exec", "-i", lab.name,
            "--container=lab", "--",
        ]
    }

    // MARK: Records

    private static let owners = ["ledger": "labgate.dev/student", "waiting-room": "labgate.dev/course"]

    /// Each is an annotation of a Lease.
    func records(_ kind: String) async throws -> [SiteRecord] {
        let leases = try JSON(parsing: await namespace.kubectl("get", "leases", "--output=json"))["items"].array
        return leases.compactMap { lease in
            let annotations = lease["metadata"]["annotations"]
            guard let text = annotations["labgate.dev/\(kind)"].string,
                let owner = Self.owners[kind].flatMap({ annotations[$0].string })
            else { return nil }
            return SiteRecord(owner: owner, text: text, object: lease["metadata"]["name"].string ?? "")
        }
    }
}

extension SiteLab {
    fileprivate init(_ pod: JSON) {
        let metadata = pod["metadata"]
        self.init(
            name: metadata["name"].string ?? "", uid: metadata["uid"].string ?? "",
            student: metadata["annotations"]["labgate.dev/student"].string ?? "",
            course: metadata["annotations"]["labgate.dev/course"].string ?? "",
            isEnding: metadata["deletionTimestamp"].string != nil)
    }
}
