import Classroom
import Kubernetes
import Logging
import Synchronization

/// Labs as the pods of a namespace.
///
/// The truth is the pod in the cluster: nothing is remembered here. Whoever comes second, in this gateway or another,
/// finds the name taken and waits for the same pod.
final class KubernetesLabs: LabBackend {
    let client: APIClient
    let namespace: String
    let pods: ObjectCache<LabObject>
    /// What events about a student's labs are attached to; the pod's last minutes if there is none.
    private let studentReference: @Sendable (_ student: String) -> ObjectReference?
    /// Pods that were asked for to read homes, and are not known to be deleted.
    let readers = Mutex<Set<String>>([])

    init(
        client: APIClient, namespace: String, logger: Logger,
        studentReference: @escaping @Sendable (_ student: String) -> ObjectReference?
    ) {
        self.client = client
        self.namespace = namespace
        self.studentReference = studentReference
        pods = ObjectCache(
            client: client, resource: .labs, namespace: namespace, labelSelector: LabPod.managedBySelector,
            logger: logger)
    }

    // MARK: Which labs there are

    var isSynced: Bool { pods.isSynced }
    var labs: [Lab] { pods.objects.map(\.lab) }
    var changes: AsyncStream<Void> { pods.changes }

    func lab(named name: String) -> Lab? { pods.object(named: name)?.lab }

    func updates(ofLabNamed name: String) -> any AsyncSequence<Lab?, Never> & Sendable {
        pods.updates(ofObjectNamed: name).map { $0?.lab }
    }

    func currentLab(named name: String) async throws(BackendError) -> Lab? {
        do throws(APIError) {
            return try await client.get(.labs, named: name, namespace: namespace).lab
        } catch {
            if error.isNotFound { return nil }
            throw BackendError(error)
        }
    }

    // MARK: Their beginning and end

    func isOutdated(_ lab: Lab, _ order: LabOrder) -> Bool { lab.specHash != LabPod(order).specHash }

    /// The node fetches the image once it has the pod.
    func prepare(_ order: LabOrder, progress: @escaping @Sendable (LabStage) async -> Void) async throws {}

    func parts(of order: LabOrder) -> [LabPart] {
        let (pod, name) = (LabPod(order), order.name)
        let lab = LabPart { [self] () async throws(BackendError) in
            try await create(pod)
        } isThere: { [self] () async throws(BackendError) in
            try await currentLab(named: name.lab).map { !$0.isTerminating } ?? false
        }
        return [pod.homeClaim.map { homePart($0, name) }, lab].compactMap(\.self)
    }

    private func create(_ pod: LabPod) async throws(BackendError) {
        let made = try await asking { () async throws(APIError) in
            try await client.createPod(pod.manifest, namespace: namespace)
        }
        guard let missing = pod.missingWall(of: made) else { return }
        // Long before anything could run in it.
        try await delete(Lab(made), gracePeriod: .zero)
        throw BackendError(.refused, operation: "create pods \(namespace)/\(made.metadata.name)", message: missing)
    }

    private func homePart(_ claim: JSONValue, _ name: LabName) -> LabPart {
        LabPart { [self] () async throws(BackendError) in
            _ = try await asking { () async throws(APIError) in
                try await client.createPersistentVolumeClaim(claim, namespace: namespace)
            }
        } isThere: { [self] () async throws(BackendError) in
            try await hasHome(name)
        }
    }

    func hasHome(_ name: LabName) async throws(BackendError) -> Bool {
        do throws(APIError) {
            _ = try await client.persistentVolumeClaim(named: name.home, namespace: namespace)
            return true
        } catch {
            if error.isNotFound { return false }
            throw BackendError(error)
        }
    }

    func note(_ note: LabNote, on lab: Lab, ifUnchanged unchanged: Bool) async throws(BackendError) -> Lab? {
        do throws(APIError) {
            let pod = try await client.annotatePod(
                named: lab.name, namespace: namespace, uid: lab.uid, resourceVersion: unchanged ? lab.version : nil,
                annotations: note.annotations(uid: lab.uid))
            return Lab(pod)
        } catch {
            if error.isNotFound || error.isConflict { return nil }
            throw BackendError(error)
        }
    }

    func delete(_ lab: Lab, gracePeriod: Duration?) async throws(BackendError) {
        try await asking { () async throws(APIError) in
            try await client.deletePod(
                named: lab.name, namespace: namespace, uid: lab.uid, gracePeriod: gracePeriod)
        }
    }

    func tell(_ event: LabEvent, about lab: Lab) async throws(BackendError) {
        let pod = ObjectReference(
            apiVersion: "v1", kind: "Pod", name: lab.name, namespace: namespace, uid: lab.uid)
        _ = try await asking { () async throws(APIError) in
            try await client.createEvent(
                about: lab.student.flatMap(studentReference) ?? pod, type: event.isWarning ? .warning : .normal,
                reason: event.kind.rawValue, message: event.message, namespace: namespace)
        }
    }

    // MARK: Starts that do not come

    /// Reasons of events that hold a start up and that no condition of the pod repeats.
    private static let telling: Set = ["FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "Failed"]

    /// Nothing but a hint: a failure to read it is no reason to end the start.
    private func warnings(of uid: String) async -> [Event] {
        let events = try? await client.events(involvedObjectUID: uid, namespace: namespace)
        return (events ?? []).filter { $0.type == "Warning" && Self.telling.contains($0.reason) }
    }

    func hindrance(of lab: Lab, _ order: LabOrder) async -> String? {
        guard case .starting(.binding) = lab.state else { return await warnings(of: lab.uid).last?.message }
        for name in LabPod(order).claimNames {
            if let reason = await hindrance(ofClaimNamed: name) { return reason }
        }
        return nil
    }

    /// What was said last of a claim that has no volume, be it a warning or not: neither its status nor the pod says it.
    private func hindrance(ofClaimNamed name: String) async -> String? {
        guard let claim = try? await client.persistentVolumeClaim(named: name, namespace: namespace),
            claim.phase != "Bound",
            let events = try? await client.events(involvedObjectUID: claim.metadata.uid, namespace: namespace)
        else { return nil }
        // Such a claim waits for the lab, and not the lab for it.
        return events.last { $0.reason != "WaitForFirstConsumer" }?.message
    }

    func secondOpinion(on lab: Lab, _ error: LabError, after stage: LabStage?) async -> LabState {
        let warnings = await warnings(of: lab.uid)
        guard let present = pods.object(named: lab.name), present.lab.uid == lab.uid else {
            return .doomed(Self.explain(error, by: warnings))
        }
        guard case .doomed(let error) = present.lab.state else { return present.lab.state }
        return PullPostponement.holdsUp(present, lastStage: stage, warnings)
            ? .starting(.pulling(PullPostponement.words)) : .doomed(Self.explain(error, by: warnings))
    }

    /// A pod that backs off only says so; what it backs off from is in an event.
    private static func explain(_ error: LabError, by warnings: [Event]) -> LabError {
        guard let warning = warnings.last(where: { $0.message.contains(": ") }) else { return error }
        return LabError(cause: "\(error.cause): \(warning.message)", advice: error.advice)
    }

    // MARK: What runs in them

    func run<Value>(
        _ argv: [String], in lab: Lab, tty: Bool, _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value {
        try await run(argv, inPodNamed: lab.name, tty: tty, body)
    }

    func run<Value>(
        _ argv: [String], inPodNamed pod: String, tty: Bool, _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value {
        let request = ExecRequest(
            namespace: namespace, pod: pod, container: LabPod.container, command: argv, tty: tty)
        do {
            return try await client.withExec(request) { try await body($0) }
        } catch let error as APIError {
            throw BackendError(error)
        }
    }

    /// The API server does not count it.
    func cpuTime(of lab: Lab) async -> Duration? { nil }

    func connect<Value>(
        toPort port: UInt16, in lab: Lab, _ body: (any LabConnection) async throws -> Value
    ) async throws -> Value {
        let request = PortForwardRequest(namespace: namespace, pod: lab.name, port: port)
        do {
            return try await client.withPortForward(request) { try await body($0) }
        } catch let error as APIError {
            throw BackendError(error)
        }
    }
}
