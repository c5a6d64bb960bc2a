import DockerEngine
import Foundation
import Synchronization
import Testing

@testable import TestSupport

/// A class with a gateway of its own on this host: no cluster, but a container engine.
final class HostSite: Sendable {
    static let socket = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE"] ?? ""
    static let image = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE_IMAGE"] ?? ""
    /// Stops and starts the engine, where that may be done: `deploy/host/engine`.
    static let command = ProcessInfo.processInfo.environment["LABGATE_TEST_ENGINE_COMMAND"]

    static var isThere: Bool { !socket.isEmpty && !image.isEmpty }

    let folder: URL
    let client: EngineClient
    private let process = Mutex<LabgateProcess?>(nil)

    var configuration: URL { folder.appending(path: "labgate.yaml") }
    var shared: URL { folder.appending(path: "shared") }
    var database: URL { folder.appending(path: "usage.sqlite") }
    private var classroom: URL { folder.appending(path: "classroom") }
    /// The same for all classes of a run: making them takes a while.
    private static let hostKeys = Result { try TemporaryFolder.make().appending(path: "keys") }
    private var key: URL { folder.appending(path: "id") }

    // MARK: Life

    /// Runs `body` with a gateway that serves students edu01 and edu02 in course `c`; nothing is left of them.
    ///
    /// - Parameters:
    ///   - docker: more keys of the configuration's section, in YAML's flow style.
    ///   - course: more keys of the course, in YAML's flow style, one a line.
    static func with(
        docker: String = "", course: String = "", _ body: (HostSite) async throws -> Void
    ) async throws {
        let site = HostSite(folder: try TemporaryFolder.make(), client: EngineClient(socketPath: socket))
        let result: Result<Void, any Error>
        do {
            try await site.write(docker: docker, course: course)
            try await site.start()
            result = .success(try await body(site))
        } catch {
            result = .failure(error)
        }
        try await site.end()
        try result.get()
    }

    private init(folder: URL, client: EngineClient) {
        self.folder = folder
        self.client = client
    }

    private func write(docker: String, course: String) async throws {
        for folder in [classroom, shared] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        try Data("Files of the course\n".utf8).write(to: shared.appending(path: "README"))
        let child = try await ChildProcess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.path])
        try #require(child.status == 0, "ssh-keygen: \(child.errors)")
        let publicKey = try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        try Data(
            """
            listen: 127.0.0.1:0
            hostKeys: "\(try Self.hostKeys.get().path)"
            docker: {socket: "\(Self.socket)"\(docker.isEmpty ? "" : ", ")\(docker)}
            lifeCycle: {tick: 300ms, sweepInterval: 1s}

            """.utf8
        ).write(to: configuration)
        try write(course: course)
        for student in ["edu01", "edu02"] {
            let document = StudentDocument(name: student, publicKeys: [publicKey])
            try Data(document.yaml.utf8).write(to: classroom.appending(path: "\(student).yaml"))
        }
    }

    /// Writes the course's document, with these keys more.
    func write(course: String, shared: String? = nil) throws {
        let text = """
            apiVersion: labgate.dev/v1alpha1
            kind: Course
            metadata: {name: c}
            spec:
              image: "\(Self.image)"
              imagePullPolicy: IfNotPresent
              shell: /bin/bash
              resources: {cpu: 500m, memory: 128Mi, requests: {cpu: 50m, memory: 64Mi}}
              sharedVolumes: [{name: mybackup, mountPath: /mybackup, hostPath: "\(shared ?? self.shared.path)"}]
              terminationGracePeriod: 1s
            \(course.split(separator: "\n").map { "  \($0)\n" }.joined())
            """
        try Data(text.utf8).write(to: classroom.appending(path: "course.yaml"), options: .atomic)
    }

    /// Starts a gateway; the earlier one must have ended.
    func start() async throws {
        let started = try await LabgateProcess.serve(configuration: configuration)
        process.withLock { $0 = started }
        let keys = try Self.hostKeys.get()
        let names = try FileManager.default.contentsOfDirectory(atPath: keys.path).filter { $0.hasSuffix(".pub") }
        let lines = try names.map {
            "\(SSH.hostKeyAlias) \(try String(contentsOf: keys.appending(path: $0), encoding: .utf8))"
        }
        try Data(lines.joined().utf8).write(to: folder.appending(path: "known_hosts"))
    }

    private func end() async throws {
        if let gateway = process.withLock({ $0 }), gateway.isRunning { try await gateway.stop() }
        for student in ["edu01", "edu02"] {
            for container in try await client.containers(labels: ["labgate.dev/student": student]) {
                let name = try await client.container(container.id).name
                try await client.removeContainer(container.id, force: true)
                try? await client.removeVolume(named: name.replacing(/^lab-/, with: "home-"))
            }
        }
        for home in homes { try? await client.removeVolume(named: home) }
        try await client.shutdown()
    }

    /// Volumes of homes whose labs have been seen.
    private var homes: Set<String> { seen.withLock { $0 } }
    private let seen = Mutex<Set<String>>([])

    // MARK: What is there

    /// The gateway that serves the class.
    var gateway: LabgateProcess {
        get throws { try #require(process.withLock { $0 }) }
    }

    /// A client of a student's.
    func ssh(_ student: String = "edu01") throws -> SSH {
        SSH(
            port: try gateway.port, user: student, knownHosts: folder.appending(path: "known_hosts"),
            credential: .key(key))
    }

    /// The container of a student's lab; nil if there is none.
    func container(of student: String = "edu01") async throws -> Container? {
        let labels = ["app.kubernetes.io/managed-by": "labgate", "labgate.dev/student": student]
        guard let summary = try await client.containers(labels: labels).first else { return nil }
        let container: Container
        do throws(EngineError) {
            container = try await client.container(summary.id)
        } catch {
            // It has gone meanwhile.
            guard error.isNotFound else { throw error }
            return nil
        }
        _ = seen.withLock { $0.insert(container.name.replacing(/^lab-/, with: "home-")) }
        return container
    }

    /// The container of a student's lab, which must be there.
    func lab(of student: String = "edu01") async throws -> Container { try #require(try await container(of: student)) }

    /// Stops or starts the engine.
    func engine(_ verb: String) async throws {
        let child = try await ChildProcess.run([Self.command ?? "false", verb])
        try #require(child.status == 0, "\(child.errors)")
    }
}
