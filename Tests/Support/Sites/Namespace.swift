import Foundation

/// A namespace of a test suite's own.
struct Namespace {
    let name: String

    /// What tells the namespaces of tests apart from all others.
    private static let label = "labgate.dev/test"

    /// Makes one, and deletes those that earlier runs could not delete.
    static func make() async throws -> Namespace {
        try await sweep()
        let namespace = Namespace(name: "labgate-test-\(UInt32.random(in: 0 ... .max))")
        NamespaceJanitor.enter(namespace.name)
        try await Cluster.kubectl(["create", "namespace", namespace.name])
        try await Cluster.kubectl(["label", "namespace", namespace.name, "\(label)=true"])
        // Made by a controller; until then no pod is admitted.
        let hasAccount = try await eventually {
            try await !namespace.kubectl("get", "serviceaccounts", "--output=name").isEmpty
        }
        guard hasAccount else { throw ChildProcess.Failure(description: "the namespace gets no service account") }
        return namespace
    }

    /// Does not wait until everything in it has ended.
    func delete() async throws {
        try await Cluster.kubectl(["delete", "namespace", name, "--wait=false"])
        NamespaceJanitor.leave(name)
    }

    private static func sweep() async throws {
        let columns = "custom-columns=NAME:.metadata.name,CREATED:.metadata.creationTimestamp,PHASE:.status.phase"
        let table = try await Cluster.kubectl(
            ["get", "namespaces", "--selector=\(label)", "--no-headers", "--output=\(columns)"])
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 3, fields[2] == "Active" else { continue }
            guard let created = try? Date(fields[1], strategy: .iso8601), created.timeIntervalSinceNow < -3600 else {
                continue
            }
            try await Cluster.kubectl(["delete", "namespace", fields[0], "--wait=false"])
        }
    }

    /// The section of a gateway's configuration whose labs are in it.
    ///
    /// - Parameter readsResources: whether it has Course and Student resources of the class.
    func settings(kubeconfig: String? = Cluster.kubeconfig, readsResources: Bool = false) -> String {
        "kubernetes: {kubeconfig: \"\(kubeconfig ?? "")\", namespace: \(name), classroom: \(readsResources)}"
    }

    /// Runs kubectl in this namespace and expects it to succeed.
    @discardableResult
    func kubectl(_ arguments: String..., input: String? = nil) async throws -> String {
        try await Cluster.kubectl(["--namespace", name] + arguments, input: input)
    }

    /// Creates or changes objects.
    func apply(_ manifest: String) async throws {
        try await kubectl("apply", "--filename=-", input: manifest)
    }

    // MARK: Labs

    /// The pods of labgate's, as the API server shows them.
    func pods() async throws -> [JSON] {
        let text = try await kubectl("get", "pods", "--selector=app.kubernetes.io/managed-by=labgate", "--output=json")
        return try JSON(parsing: text)["items"].array
    }

    /// The lab of one student; nil if there is none.
    func pod(of student: String, course: String = "c") async throws -> JSON? {
        try await pods().first { pod in
            let annotations = pod["metadata"]["annotations"]
            return annotations["labgate.dev/student"].string == student
                && annotations["labgate.dev/course"].string == course
        }
    }
}
