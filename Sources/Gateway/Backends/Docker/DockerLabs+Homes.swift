import Classroom
import DockerEngine
import Foundation
import Glibc
import Synchronization

extension DockerLabs {
    // MARK: Making homes

    func hasHome(_ home: HostHome) async throws(BackendError) -> Bool {
        switch home.place {
        case .volume(let name): try await hasVolume(name)
        case .folder(let path): FileManager.default.fileExists(atPath: path)
        case .scratch: false
        }
    }

    func hasVolume(_ name: String) async throws(BackendError) -> Bool {
        do throws(EngineError) {
            _ = try await client.volume(named: name)
            return true
        } catch {
            if error.isNotFound { return false }
            throw BackendError(error)
        }
    }

    /// Makes a home; that it is there already is an error.
    func createHome(_ home: HostHome, _ order: LabOrder) async throws(BackendError) {
        if try await hasHome(home) {
            throw BackendError(.alreadyExists, operation: "create a home", message: "it is there")
        }
        ownedHomes.withLock { _ = $0.removeValue(forKey: order.name) }
        switch home.place {
        case .volume(let name): try await createVolume(name, home.byteCount, order)
        case .folder(let path): try createFolder(path, order.course)
        case .scratch: break
        }
    }

    private func createVolume(_ name: String, _ byteCount: Int64?, _ order: LabOrder) async throws(BackendError) {
        var spec = VolumeSpec(name: name)
        spec.labels = [ContainerLabel.student: order.student.name, ContainerLabel.course: order.course.name]
        if let byteCount, knownFacts.limitsVolumes {
            spec.driverOptions = HostHome.options(byteCount: byteCount, isPodman: knownFacts.isPodman)
        }
        do throws(EngineError) {
            _ = try await client.createVolume(spec)
        } catch  where !spec.driverOptions.isEmpty && error.message.lowercased().contains("quota") {
            lacks(\.limitsVolumes, "The size of homes cannot be limited on this host", error)
            return try await createVolume(name, byteCount, order)
        } catch {
            throw BackendError(error)
        }
    }

    private func createFolder(_ path: String, _ course: Course) throws(BackendError) {
        guard mkdir(path, 0o700) == 0 else {
            let code = errno
            throw BackendError(
                code == EEXIST ? .alreadyExists : .refused, operation: "create the folder \(path)",
                message: "the folder of the home cannot be made: \(String(cString: strerror(code)))")
        }
        // Where this is not permitted, a helper does it.
        _ = lchown(path, uid_t(course.runAsUser), gid_t(course.runAsGroup))
    }

    /// Sees to it that the lab's user can write to the home: engines make some volumes root's.
    func giveHome(to order: LabOrder, _ id: String) async throws(BackendError) {
        let owner = "\(order.course.runAsUser):\(order.course.runAsGroup)"
        guard ownedHomes.withLock({ $0[order.name] }) != owner else { return }
        let home = HostHome(order, configuration)
        if try await !canWrite(to: home, id) {
            try await give(home, order, to: owner, scratch: id)
            guard try await canWrite(to: home, id) else {
                throw BackendError(
                    .refused, operation: "prepare the home",
                    message: "the lab's user \(order.course.runAsUser) cannot write to the home")
            }
        }
        if home.isKept { ownedHomes.withLock { $0[order.name] = owner } }
    }

    /// Students may take the leave to write from what is theirs, and give it back themselves.
    private func canWrite(to home: HostHome, _ id: String) async throws(BackendError) -> Bool {
        let script = "[ -w \"$1\" ] || [ -O \"$1\" ]"
        return try await status(of: ["/bin/sh", "-c", script, "labgate", home.mountPath], in: id) == 0
    }

    private func give(
        _ home: HostHome, _ order: LabOrder, to owner: String, scratch id: String
    ) async throws(BackendError) {
        var spec = LabContainer(order, configuration).homeOwner
        if !home.isKept { (spec.mounts, spec.volumesFrom) = ([], [id]) }
        let command = ["chown", "-R", "-h", owner, home.mountPath]
        do {
            let code = try await withHelper(spec) { try await status(of: command, in: $0) }
            guard code == 0 else {
                throw BackendError(
                    .refused, operation: "prepare the home",
                    message: "the home cannot be given to the lab's user (the image's chown ended with \(code))")
            }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.cancelled, operation: "prepare the home", message: "\(error)")
        }
    }

    /// Runs a program without input to its end, and returns its exit status.
    private func status(of argv: [String], in id: String) async throws(BackendError) -> Int {
        do {
            return try await run(argv, inContainer: id, tty: false) { program in
                try? await program.closeInput()
                while await program.nextOutput() != nil {}
                switch program.end {
                case .exited(let code): return code
                case .failed(let words), .lost(let words):
                    throw BackendError(.failed, operation: "run \(argv[0]) in container \(id)", message: words)
                }
            }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.cancelled, operation: "run \(argv[0]) in container \(id)", message: "\(error)")
        }
    }

    // MARK: Helpers

    /// Runs `body` with a container that is gone afterwards, or else goes by itself.
    private func withHelper<Value>(
        _ spec: ContainerSpec, _ body: (String) async throws -> Value
    ) async throws -> Value {
        let name = "labgate-helper-\(UInt64.random(in: .min ... .max))"
        // Before it is there: whoever is interrupted does not hear whether it was made.
        helpers.withLock { _ = $0.insert(name) }
        let result: Result<Value, any Error>
        do {
            try await askingEngine { () async throws(EngineError) in
                let id = try await client.createContainer(named: name, spec).id
                try await client.startContainer(id)
            }
            result = .success(try await body(name))
        } catch {
            result = .failure(error)
        }
        await removeHelper(name)
        // Whoever asked may be gone, and nobody listens to a task that was cancelled.
        if helpers.withLock({ $0.contains(name) }) { removals.ask(ContainerRemoval(id: name, gracePeriod: .zero)) }
        return try result.get()
    }

    private func removeHelper(_ name: String) async {
        do throws(EngineError) {
            try await client.removeContainer(name, force: true)
        } catch {
            // The engine itself removes it at the same time.
            guard error.isNotFound || error.isWrongState else { return }
        }
        helpers.withLock { _ = $0.remove(name) }
    }

    // MARK: Reading homes

    /// In the lab if it runs, and else in a container that has the home read-only and goes afterwards.
    func readHome<Value>(
        of order: LabOrder, _ argv: [String], _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value? {
        if let lab = try await currentLab(named: order.name.lab), order.owns(lab), lab.state == .ready {
            return try await run(argv, in: lab, tty: false, body)
        }
        guard try await hasHome(HostHome(order, configuration)) else { return nil }
        let spec = LabContainer(order, configuration).homeReader
        try await askingEngine { () async throws(EngineError) in try await provideImage(named: spec.image) }
        return try await withHelper(spec) { try await run(argv, inContainer: $0, tty: false, body) }
    }

    /// One that has gone since the home was made is fetched again.
    private func provideImage(named name: String) async throws(EngineError) {
        do throws(EngineError) {
            _ = try await client.image(named: name)
        } catch {
            guard error.isNotFound else { throw error }
            let login = try RegistryLogins(path: configuration.registryLogins).login(for: name)
            try await client.pullImage(named: name, login: login)
        }
    }

    func tidyHomeReaders() async throws(BackendError) {
        for name in helpers.withLock({ $0 }) { await removeHelper(name) }
        let left = try await askingEngine { () async throws(EngineError) in
            try await client.containers(labels: ContainerLabel.helper)
        }
        // One that runs, or is just to run, may be somebody else's, and ends by itself.
        let longAgo = Date.now.timeIntervalSince1970 - 60
        for helper in left where helper.state != "running" && TimeInterval(helper.created ?? 0) < longAgo {
            await removeHelper(helper.id)
        }
    }
}
