import DockerEngine
import Foundation

/// The real container engine of this host, with a folder for what is not in it.
///
/// | Variable | Is |
/// |---|---|
/// | `LABGATE_TEST_ENGINE` | the engine's socket; without it there is none |
/// | `LABGATE_TEST_ENGINE_COMMAND` | the program that stops and starts the engine, if that may be done |
struct HostSite: LabSite {
    static let socket = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE"] ?? ""
    /// What tells tests' labs and homes from those of a gateway that students use.
    static let project = "labgate-test"
    static let command = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE_COMMAND"]

    static var isThere: Bool { !socket.isEmpty }

    let folder: URL
    let client: EngineClient
    /// The engine's own client, of which our own is independent.
    private let program: [String]

    /// What courses share.
    static let sharedFolder: URL = {
        do {
            let folder = try TemporaryFolder.make()
            // Its users in the labs are others.
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
            try Data("Files of the course\n".utf8).write(to: folder.appending(path: "README"))
            return folder
        } catch {
            preconditionFailure("no folder to share: \(error)")
        }
    }()

    var database: URL { folder.appending(path: "usage.sqlite") }

    static func make(in folder: URL) async throws -> HostSite {
        let client = EngineClient(socketPath: socket)
        let address = "unix://\(socket)"
        let program =
            try await client.version().isPodman ? ["podman", "--remote", "--url", address] : ["docker", "--host", address]
        return HostSite(folder: folder, client: client, program: program)
    }

    var settings: String { settings() }

    /// - Parameter more: keys of the section, in YAML's flow style.
    func settings(_ more: String = "", project: String = project) -> String {
        """
        docker: {socket: "\(Self.socket)", project: \(project), database: "\(project == Self.project ? database.path : "other.sqlite")"\(more.isEmpty ? "" : ", ")\(more)}
        """
    }

    /// Removes what is called as tests call it, and nothing of anybody else's.
    func end() async throws {
        try await cleaningUp(client.shutdown) {
            for container in try await containers() { try await client.removeContainer(container.id, force: true) }
            for volume in try await Self.output(program + ["volume", "ls", "-q"])
            where volume.hasPrefix("\(Self.project)-") {
                try await client.removeVolume(named: volume)
            }
        }
    }

    /// Removes the volumes that are exports of this server's.
    func removeExports(of server: String) async throws {
        for volume in try await Self.output(program + ["volume", "ls", "-q"]) where volume.hasPrefix("labgate-nfs-") {
            let device = try await Self.output(
                program + ["volume", "inspect", "--format", "{{.Options.device}}", volume])
            if device.first?.hasPrefix("\(server):") == true { try await client.removeVolume(named: volume) }
        }
    }

    /// Stops or starts the engine.
    func engine(_ verb: String) async throws {
        let child = try await ChildProcess.run([Self.command ?? "false", verb])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "engine \(verb): \(child.errors)") }
    }

    // MARK: Labs

    private func containers() async throws -> [ContainerSummary] {
        try await client.containers(labels: ["labgate.dev/project": Self.project])
    }

    func labs() async throws -> [SiteLab] {
        var labs: [SiteLab] = []
        for summary in try await containers() {
            if let container = try await container(summary.id) { labs.append(SiteLab(container)) }
        }
        return labs
    }

    /// nil if it has gone meanwhile.
    func container(_ id: String) async throws -> Container? {
        do throws(EngineError) {
            return try await client.container(id)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    func remove(_ lab: SiteLab, waits: Bool) async throws { try await client.removeContainer(lab.uid, force: true) }

    func execCommand(in lab: SiteLab) -> [String] {
        program + ["exec", "-i", lab.uid]
    }

    /// - Returns: the lines of a command's output.
    private static func output(_ command: [String]) async throws -> [String] {
        let child = try await ChildProcess.run(command)
        guard child.status == 0 else {
            throw ChildProcess.Failure(description: "\(command.joined(separator: " ")): \(child.errors)")
        }
        return child.output.split(separator: "\n").map(String.init)
    }

    // MARK: Records

    private static let query = """
        import json, sqlite3, sys
        rows = sqlite3.connect(sys.argv[1]).execute("SELECT owner, text FROM record WHERE kind = ?", [sys.argv[2]])
        print(json.dumps([{"owner": owner, "text": text} for owner, text in rows]))
        """

    /// Each is a row of the database, which others can read while the gateway has it.
    func records(_ kind: String) async throws -> [SiteRecord] {
        let child = try await ChildProcess.run(["python3", "-c", Self.query, database.path, kind])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "records: \(child.errors)") }
        return try JSON(parsing: child.output).array.map {
            SiteRecord(owner: $0["owner"].string ?? "", text: $0["text"].string ?? "", object: database.path)
        }
    }
}

extension SiteLab {
    fileprivate init(_ container: Container) {
        self.init(
            name: container.name, uid: container.id, student: container.labels["labgate.dev/student"] ?? "",
            course: container.labels["labgate.dev/course"] ?? "",
            isEnding: ["stopping", "removing"].contains(container.state.status))
    }
}
