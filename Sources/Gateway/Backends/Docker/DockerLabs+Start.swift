import Classroom
import DockerEngine
import Foundation
import Logging
import Synchronization

extension DockerLabs {
    func isOutdated(_ lab: Lab, _ order: LabOrder) -> Bool {
        lab.specHash != LabContainer(order, configuration).specHash
    }

    // MARK: What a lab needs before it can be made

    func prepare(_ order: LabOrder, progress: @escaping @Sendable (LabStage) async -> Void) async throws {
        if let problem = HostCourse(order.course).problems.first { throw Self.impossible(problem) }
        var tries = RequestTries()
        while true {
            do {
                return try await prepareOnce(order, progress)
            } catch let error as BackendError where error.isRetryable {
                await progress(.retrying(error.message))
                try await Task.sleep(for: tries.pause(after: error))
            }
        }
    }

    private func prepareOnce(_ order: LabOrder, _ progress: (LabStage) async -> Void) async throws {
        try await askingEngine { () async throws(EngineError) in try await learnFacts() }
        try await provideImage(of: order.course, progress)
        for volume in order.course.sharedVolumes { try await provide(volume) }
    }

    func learnFacts() async throws(EngineError) {
        guard facts.withLock({ $0 }) == nil else { return }
        let (version, info) = (try await client.version(), try await client.info())
        let isFirst = facts.withLock { facts in
            guard facts == nil else { return false }
            facts = EngineFacts(
                isPodman: version.isPodman, cpuCount: info.cpuCount, memoryBytes: info.memoryBytes,
                limitsStorage: info.mindsStorageLimits)
            return true
        }
        if isFirst, !info.mindsStorageLimits {
            logger.warning("\(Self.noStorageLimit)", metadata: ["storage": "\(info.storageDriver)"])
        }
    }

    private func provideImage(of course: Course, _ progress: (LabStage) async -> Void) async throws {
        let policy = course.imagePullPolicy ?? Self.pullPolicy(of: course.image)
        if policy != .always {
            do throws(EngineError) {
                _ = try await client.image(named: course.image)
                return
            } catch {
                guard error.isNotFound else { throw BackendError(error) }
            }
            guard policy == .ifNotPresent else {
                throw Self.impossible(
                    "The course's image \(course.image) is not on this host, and the course says not to fetch it")
            }
        }
        await progress(.pulling(nil))
        do {
            try await pulls.pull(course.image) { await progress(.pulling($0)) }
        } catch let error as EngineError {
            if [.unreachable, .transport].contains(error.code) { throw BackendError(error) }
            throw Self.impossible("The course's image cannot be fetched (\(course.image): \(error.message))")
        }
    }

    /// As on Kubernetes: what is called latest, or has no tag, is looked for in its registry each time.
    static func pullPolicy(of image: String) -> Course.ImagePullPolicy {
        let last = image.split(separator: "/").last ?? ""
        if last.contains("@") { return .ifNotPresent }
        return !last.contains(":") || last.hasSuffix(":latest") ? .always : .ifNotPresent
    }

    /// Sees to it that a shared volume is there: some engines make what is missing, and students would find it empty.
    private func provide(_ volume: SharedVolume) async throws {
        switch volume.source {
        case .hostPath(let path):
            guard FileManager.default.isFolder(atPath: path) else {
                throw Self.impossible("The course's shared folder \(path) is not on this host")
            }
        case .persistentVolumeClaim(let name):
            guard try await hasVolume(name) else {
                throw Self.impossible("The course's shared volume \(name) is not on this host")
            }
        case .nfs(let server, let path):
            let spec = NFSVolume(server: server, path: path).spec
            _ = try await askingEngine { () async throws(EngineError) in try await client.createVolume(spec) }
        case .configMap:
            break
        }
    }

    static func impossible(_ cause: String) -> LabError { LabError(cause: cause, advice: LabError.askStaff) }

    // MARK: The lab

    func parts(of order: LabOrder) -> [LabPart] {
        let home = HostHome(order, configuration)
        let homePart = LabPart { () async throws(BackendError) in
            try await self.createHome(home, order)
        } isThere: { () async throws(BackendError) in
            try await self.hasHome(home)
        }
        let lab = LabPart { () async throws(BackendError) in
            try await self.create(order)
        } isThere: { () async throws(BackendError) in
            try await self.currentLab(named: order.name.lab).map { !$0.isTerminating } ?? false
        }
        return home.isKept ? [homePart, lab] : [lab]
    }

    /// Makes the container and starts it. Until it is ready for its student it looks as if it were still starting.
    private func create(_ order: LabOrder) async throws(BackendError) {
        let name = containerName(order.name.lab)
        try await begin(name)
        defer {
            room.settle(name)
            works.started(name)
            publish()
        }
        let container = LabContainer(order, configuration)
        try room.promise(
            container.memoryRequestBytes, to: name, of: configuration.memoryBytes ?? knownFacts.memoryBytes / 10 * 9,
            besides: containers.containers)
        let id = try await create(container, named: name)
        do throws(BackendError) {
            try await note(isUnfinished: true, id)
            try await look(at: id)
            try await start(container, id)
            try await giveHome(to: order, id)
            try await look(at: id)
            try await note(isUnfinished: false, id)
        } catch {
            let end = try? await client.container(id).state
            // Not here: the student may have gone, or the engine be away.
            remove(id, gracePeriod: .zero)
            throw Self.explain(error.asRefusal, by: end)
        }
    }

    /// Podman gives the root of a new volume to the user of the first container that has it. It tries that once, and
    /// fails if it can't: what others export is not its to give.
    private func start(_ container: LabContainer, _ id: String) async throws(BackendError) {
        var untried = container.sharedVolumes
        while true {
            do throws(EngineError) {
                return try await client.startContainer(id)
            } catch {
                guard let volume = untried.first(where: error.isRefusedGift(of:)) else { throw BackendError(error) }
                untried.remove(volume)
            }
        }
    }

    /// Returns once it is the caller's turn to make the container. Somebody else who makes it may fail, and then their
    /// reason is found out again, for whoever comes next.
    private func begin(_ name: String) async throws(BackendError) {
        let operation = "create container \(name)"
        while !works.start(name) {
            await works.untilStarted(name)
            guard !Task.isCancelled else { throw BackendError(.cancelled, operation: operation, message: "cancelled") }
            guard containers.container(named: name) == nil else {
                throw BackendError(.alreadyExists, operation: operation, message: "it is there")
            }
        }
    }

    private func look(at id: String) async throws(BackendError) {
        try await askingEngine { () async throws(EngineError) in _ = try await containers.refresh(id) }
    }

    /// If it has run, what failed then only says that it does not any more.
    private static func explain(_ error: BackendError, by end: ContainerState?) -> BackendError {
        guard error.code == .refused, let end, end.hasEnded, end.startedAt != nil else { return error }
        return BackendError(
            .refused, operation: error.operation,
            message: "it ends as soon as it starts, with exit code \(end.exitCode): \(error.message)")
    }

    private func create(_ container: LabContainer, named name: String) async throws(BackendError) -> String {
        let spec = container.spec(on: knownFacts)
        do throws(EngineError) {
            return try await client.createContainer(named: name, spec).id
        } catch  where spec.storageBytes != nil && error.message.contains("storage-opt") {
            lacks(\.limitsStorage, Self.noStorageLimit, error)
            return try await create(container, named: name)
        } catch  where error.isNameInUse {
            throw await explain(BackendError(error), byHolderOf: name)
        } catch {
            throw BackendError(error).asRefusal
        }
    }

    /// What has a lab's name is known from now on; or it is just going, and the name is free in a moment.
    private func explain(_ error: BackendError, byHolderOf name: String) async -> BackendError {
        do throws(EngineError) {
            let holder = try await client.container(name)
            try await containers.refresh(holder.id)
            guard containers.container(named: name) == nil else { return error }
            return BackendError(.refused, operation: error.operation, message: error.message)
        } catch {
            guard error.isNotFound else { return BackendError(error) }
            return BackendError(.unavailable, operation: error.operation, message: "its name is not free yet")
        }
    }

    private static let noStorageLimit = "What labs write outside of their homes cannot be limited on this host"

    var knownFacts: EngineFacts { facts.withLock { $0 } ?? EngineFacts() }

    /// Notes what this host cannot do, and says so once.
    func lacks(_ ability: any WritableKeyPath<EngineFacts, Bool> & Sendable, _ words: String, _ error: EngineError) {
        facts.withLock { facts in
            var known = facts ?? EngineFacts()
            known[keyPath: ability] = false
            facts = known
        }
        logger.warning("\(words)", metadata: ["error": "\(error)"])
    }
}

extension EngineError {
    /// Whether the engine could not give the root of this volume, or the mode it has in the image, to a lab's user.
    fileprivate func isRefusedGift(of volume: String) -> Bool {
        (message.contains("chown ") || message.contains("chmod ")) && message.contains("/\(volume)/")
    }
}
