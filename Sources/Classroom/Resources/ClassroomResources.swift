public import Kubernetes
public import Logging
public import ServiceLifecycle
import Synchronization

/// The classroom of a cluster: its custom resources, and the documents of a folder if there is one, kept up to date.
///
/// Before everything has been read once it is the folder's alone; see ``isComplete`` before concluding from what is
/// missing.
public final class ClassroomResources: Service {
    private let client: APIClient
    private let namespace: String
    private let folder: ClassroomFolder?
    private let courses: ObjectCache<CustomResource>
    private let students: ObjectCache<CustomResource>
    private let secrets: ClassroomSecrets
    private let logger: Logger
    private let state: Mutex<State>
    /// That something has changed; one for all that has meanwhile.
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    /// Whether something beside the resources may have changed since the last assembly.
    private let hasOtherNews = Atomic(false)

    private struct State {
        var assembly: ClassroomAssembly
        var isComplete = false
    }

    /// How often Secrets are read again, of whose changes nothing tells.
    private static let secretInterval: Duration = .seconds(60)
    /// The schema's group and version.
    private static let (group, version) = ("labgate.dev", "v1alpha1")

    /// Students as custom resources.
    static let studentResource = ResourceType<CustomResource>(
        group: group, version: version, plural: DocumentKind.student.plural)
    /// Courses as custom resources.
    static let courseResource = ResourceType<CustomResource>(
        group: group, version: version, plural: DocumentKind.course.plural)

    /// Makes a classroom; ``run()`` fills it.
    ///
    /// - Parameter folder: kept up to date by somebody else.
    public init(client: APIClient, namespace: String, folder: ClassroomFolder?, logger: Logger) {
        self.client = client
        self.namespace = namespace
        self.folder = folder
        self.logger = logger
        courses = ObjectCache(client: client, resource: Self.courseResource, namespace: namespace, logger: logger)
        students = ObjectCache(client: client, resource: Self.studentResource, namespace: namespace, logger: logger)
        secrets = ClassroomSecrets(client: client, namespace: namespace, logger: logger)
        state = Mutex(State(assembly: Classroom.assemble(folder: folder?.current, resources: []) { _ in nil }))
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Reading

    /// The classroom as it is now. Cheap; may be called from anywhere.
    public var current: Classroom { state.withLock { $0.assembly.classroom } }

    /// Whether all resources have been read: who is not in the classroom then, is nowhere.
    public var isComplete: Bool { state.withLock { $0.isComplete } }

    /// What became of each resource.
    public var verdicts: [ResourceReference: ResourceVerdict] { state.withLock { $0.assembly.verdicts } }

    /// Whether a resource that is there and refused may be about this student or this course: then that they are not in
    /// the classroom does not mean that they are nowhere. Takes longer the more resources there are.
    public func isInDoubt(student: String, course: String) -> Bool {
        state.withLock { $0.assembly }.isInDoubt(student: student, course: course)
    }

    /// A student resource as last seen.
    public func studentResource(named name: String) -> CustomResource? { students.object(named: name) }
    /// A course resource as last seen.
    public func courseResource(named name: String) -> CustomResource? { courses.object(named: name) }

    /// The resource that describes a student who is in force by it.
    public func resource(ofStudent name: String) -> CustomResource? {
        verdicts.values.first { $0.resource.kind == .student && $0.nameInForce == name }
            .flatMap { studentResource(named: $0.resource.name) }
    }

    /// Merges a patch into the `status` of a resource.
    public func patchStatus(of reference: ResourceReference, _ patch: JSONValue) async throws(APIError) {
        try await client.mergePatch(
            reference.kind == .student ? Self.studentResource : Self.courseResource, named: reference.name,
            namespace: namespace, subresource: "status", ["status": patch])
    }

    // MARK: Following

    /// Watches the resources until graceful shutdown or cancellation.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await self.courses.run() }
                group.addTask { try? await self.students.run() }
                group.addTask { for await _ in self.courses.changes { self.waker.yield() } }
                group.addTask { for await _ in self.students.changes { self.waker.yield() } }
                if let folder = self.folder {
                    group.addTask { for await _ in folder.changes { self.wakeForOtherNews() } }
                }
                group.addTask {
                    while (try? await Task.sleep(for: Self.secretInterval)) != nil { self.wakeForOtherNews() }
                }
                var documents = ResourceDocuments()
                for await _ in self.wakes { await self.assemble(&documents) }
                group.cancelAll()
            }
        }
    }

    private func wakeForOtherNews() {
        hasOtherNews.store(true, ordering: .sequentiallyConsistent)
        waker.yield()
    }

    private func assemble(_ documents: inout ResourceDocuments) async {
        let isComplete = courses.isSynced && students.isSynced
        let (courses, students) = (courses.objects, students.objects)
        let before = state.withLock { $0 }
        let hasOtherNews = hasOtherNews.exchange(false, ordering: .sequentiallyConsistent)
        guard documents.update(courses: courses, students: students) || hasOtherNews || isComplete != before.isComplete
        else { return }
        await secrets.read(
            students.flatMap { student in
                ["passwordHashSecret", "totpKeySecret"].compactMap { student.spec[$0]?["name"]?.string }
            })
        let assembly = Classroom.assemble(
            folder: folder?.current, resources: documents.all, previous: before.assembly, secret: secrets.text(of:))
        state.withLock { $0 = State(assembly: assembly, isComplete: isComplete) }
        log(assembly, before.assembly, isFirst: isComplete && !before.isComplete)
    }

    private func log(_ assembly: ClassroomAssembly, _ before: ClassroomAssembly, isFirst: Bool) {
        let changes = ClassroomChanges(from: before.classroom, to: assembly.classroom)
        if !changes.isEmpty || isFirst {
            logger.classroomReplaced(changes, assembly.classroom, folder: "namespace \(namespace)")
        }
        for (reference, verdict) in assembly.verdicts
        where verdict.outcome != .accepted && verdict != before.verdicts[reference] {
            logger.resourceRefused(verdict)
        }
    }
}
