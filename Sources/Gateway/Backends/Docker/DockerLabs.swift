import DockerEngine
import Logging
import ServiceLifecycle
import Synchronization
import Upstream

/// Labs as containers of one host's engine.
///
/// The truth is the container: its labels say whose it is, the engine how it is. What is written on it later is in the
/// records, and what this gateway is just doing with it, which no other does here, is remembered.
final class DockerLabs: LabBackend, Service {
    let client: EngineClient
    let configuration: HostConfiguration
    let containers: ContainerCache
    let pulls: ImagePulls
    let notes: DatabaseRecords
    let logger: Logger
    /// Labs as they were made of what is known, at each change of it.
    private let store = ObjectStore<Lab> { $0.name }
    /// Held from looking at what is known until the store has it, so that it never goes back.
    private let publication = Mutex(())
    let removals = ContainerRemovals()
    let works = ContainerWorks()
    let room = HostRoom()
    let facts = Mutex(EngineFacts?.none)
    /// Homes that are known to belong to their labs' users, and to whom: `user:group`.
    let ownedHomes = Mutex<[LabName: String]>([:])
    /// Helpers that were asked for, and are not known to be gone.
    let helpers = Mutex<Set<String>>([])

    init(_ client: EngineClient, _ configuration: HostConfiguration, notes: DatabaseRecords, logger: Logger) {
        self.client = client
        self.configuration = configuration
        self.notes = notes
        self.logger = logger
        containers = ContainerCache(client: client, labels: configuration.labLabels, logger: logger)
        pulls = ImagePulls(client, RegistryLogins(path: configuration.registryLogins))
    }

    /// Passes on what becomes of containers, and removes those that are to go, until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.passOnChanges() }
                // Before a class comes whose logins would all ask. Where the engine is away now, they do.
                group.addTask { try? await self.learnFacts() }
                group.addTask { await self.removals.run { await self.remove($0) } }
            }
        }
    }

    private func passOnChanges() async {
        var isFirst = true
        for await _ in containers.changes {
            publish()
            if exchange(&isFirst, with: false) { await tidyUp() }
        }
    }

    /// Takes away what earlier gateways have left lying.
    private func tidyUp() async {
        let present = Set(containers.containers.map(\.id))
        for note in notes.records(ContainerNote.kind) where !present.contains(note.key.owner) {
            await notes.remove(note.key)
        }
        try? await tidyHomeReaders()
    }

    // MARK: Which labs there are

    var isSynced: Bool { store.isSynced }
    var labs: [Lab] { store.objects }
    var changes: AsyncStream<Void> { store.changes() }

    func lab(named name: String) -> Lab? { store.object(named: name) }

    func updates(ofLabNamed name: String) -> any AsyncSequence<Lab?, Never> & Sendable {
        store.updates(ofObjectNamed: name)
    }

    func currentLab(named name: String) async throws(BackendError) -> Lab? {
        do throws(EngineError) {
            return lab(try await client.container(containerName(name)))
        } catch {
            if error.isNotFound { return nil }
            throw BackendError(error)
        }
    }

    func lab(_ container: Container) -> Lab {
        lab(container, notes.record(ContainerNote.key(container.id)))
    }

    private func lab(_ container: Container, _ stored: StoredRecord?) -> Lab {
        Lab(container, stored, works.work(on: container), prefix: configuration.prefix)
    }

    /// What a lab is called by the engine.
    func containerName(_ lab: String) -> String { configuration.prefix + lab }

    /// Works all labs out anew, after a change of a container, of what is written on one, or of what is done with one.
    func publish() {
        guard containers.isSynced else { return }
        publication.withLock { _ in _ = store.replace(with: containers.containers.map(lab)) }
    }

    // MARK: What is written on them

    func note(_ note: LabNote, on lab: Lab, ifUnchanged unchanged: Bool) async throws(BackendError) -> Lab? {
        let key = ContainerNote.key(lab.uid)
        while let container = containers.container(named: containerName(lab.name)), container.id == lab.uid {
            let stored = notes.record(key)
            let present = self.lab(container, stored)
            if unchanged, present.version != lab.version { return nil }
            // What cannot be read is a later labgate's, and still says no more than how the lab was used.
            let old = stored?.text.flatMap { try? ContainerNote(text: $0) } ?? ContainerNote()
            do throws(BackendError) {
                try await notes.write(old.with(note).text, key, over: stored)
            } catch  where [.conflict, .alreadyExists, .notFound].contains(error.code) {
                if unchanged { return nil }
                continue
            }
            publish()
            return self.lab(named: lab.name)
        }
        return nil
    }

    /// Notes whether a container is still being made, for those who find it when whoever makes it is gone.
    func note(isUnfinished: Bool, _ id: String) async throws(BackendError) {
        let key = ContainerNote.key(id)
        while true {
            let stored = notes.record(key)
            var note = stored?.text.flatMap { try? ContainerNote(text: $0) } ?? ContainerNote()
            note.isUnfinished = isUnfinished ? true : nil
            do throws(BackendError) {
                return try await notes.write(note.text, key, over: stored)
            } catch  where [.conflict, .alreadyExists, .notFound].contains(error.code) {
                continue
            }
        }
    }

    /// The gateway's own log says it already, and nobody else looks after one host.
    func tell(_ event: LabEvent, about lab: Lab) async throws(BackendError) {}

    // MARK: Starts that do not come

    func secondOpinion(on lab: Lab, _ error: LabError, after stage: LabStage?) async -> LabState { .doomed(error) }
    func hindrance(of lab: Lab, _ order: LabOrder) async -> String? { nil }

    // MARK: What runs in them

    func run<Value>(
        _ argv: [String], in lab: Lab, tty: Bool, _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value {
        try await run(argv, inContainer: lab.uid, tty: tty, body)
    }

    func run<Value>(
        _ argv: [String], inContainer id: String, tty: Bool, _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value {
        do {
            return try await client.withExec(EngineExec(container: id, command: argv, tty: tty)) { try await body($0) }
        } catch let error as EngineError {
            // One that does not run is as good as gone: its place is taken by a new one.
            throw error.isWrongState
                ? BackendError(.notFound, operation: error.operation, message: error.message) : BackendError(error)
        }
    }

    /// Without an exec, which leaves a process behind for a while on some engines.
    func cpuTime(of lab: Lab) async -> Duration? {
        let stats = try? await client.stats(ofContainer: lab.uid, timeout: LabMeter.answerLimit)
        return stats.map { .nanoseconds($0.cpuNanoseconds) }
    }

    /// The engines have no way into a container's own loopback.
    func connect<Value>(
        toPort port: UInt16, in lab: Lab, _ body: (any LabConnection) async throws -> Value
    ) async throws -> Value {
        throw BackendError(
            .unsupported, operation: "connect to port \(port) of \(lab.name)",
            message: "container engines have no port-forward")
    }
}
