import Foundation
import Synchronization
import Testing

/// A class of two students with a gateway of its own, and labs on the site of this run.
final class SampleClass: Sendable {
    let site: any LabSite
    /// Configuration, classroom, host keys and the students' keys.
    let folder: URL
    private let process = Mutex<LabgateProcess?>(nil)
    /// The hash of ``password``.
    let passwordHash: String

    static let password = "correct horse battery staple"

    /// Makes the class: students edu01 and edu02 in course `c`, with a key and the password each.
    static func make() async throws -> SampleClass {
        let hash = try await LabgateProcess.run("password", input: .text(password))
        try #require(hash.status == 0, "\(hash.errors)")
        let folder = try TemporaryFolder.make()
        let site: any LabSite =
            switch Site.chosen {
            case .cluster: try await ClusterSite.make()
            case .host: try await HostSite.make(in: folder)
            }
        let sample = SampleClass(
            site: site, folder: folder, passwordHash: hash.output.trimmingCharacters(in: .newlines))
        try await sample.write()
        return sample
    }

    private init(site: any LabSite, folder: URL, passwordHash: String) {
        self.site = site
        self.folder = folder
        self.passwordHash = passwordHash
    }

    private func write() async throws {
        try FileManager.default.createDirectory(at: classroom, withIntermediateDirectories: true)
        try writeConfiguration()
        try write(CourseDocument())
        for student in ["edu01", "edu02"] { try await write(student: student) }
    }

    // MARK: Files

    var configuration: URL { folder.appending(path: "labgate.yaml") }
    var classroom: URL { folder.appending(path: "classroom") }
    /// The same for all classes of a run: making them takes a while.
    private static let hostKeysFolder = Result { try TemporaryFolder.make().appending(path: "keys") }
    var hostKeys: URL {
        get throws { try Self.hostKeysFolder.get() }
    }

    /// Writes the gateway's configuration; what is not given is as every test but one wants it.
    ///
    /// - Parameter site: the section about that, if it is not to be as usual.
    func writeConfiguration(
        listen: String = "127.0.0.1:0", site: String? = nil, hostKeys: URL? = nil, drainTimeout: String = "1m",
        extra: String = ""
    ) throws {
        let keys = try hostKeys ?? self.hostKeys
        let text = """
            listen: "\(listen)"
            hostKeys: "\(keys.path)"
            classroom: classroom
            drainTimeout: \(drainTimeout)
            \(site ?? self.site.settings)
            \(extra)
            """
        try Data(text.utf8).write(to: configuration, options: .atomic)
    }

    func write(_ course: CourseDocument) throws {
        try write(course.yaml, to: "course-\(course.name).yaml")
    }

    func write(_ student: StudentDocument) throws {
        try write(student.yaml, to: "student-\(student.name).yaml")
    }

    /// Writes a file of the classroom, whole or not at all.
    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: classroom.appending(path: file), options: .atomic)
    }

    /// Writes the document of a student, whose key is made if there is none.
    func write(student name: String, courses: [String] = ["c"], suspended: Bool = false) async throws {
        let key = try await publicKey(of: name)
        try write(
            StudentDocument(
                name: name, courses: courses, publicKeys: [key], passwordHash: passwordHash, suspended: suspended))
    }

    /// The private key of a student.
    func key(of student: String) -> URL { folder.appending(path: "id_\(student)") }

    /// The public key of a student, who gets one if there is none.
    func publicKey(of student: String) async throws -> String {
        let key = key(of: student)
        if !FileManager.default.fileExists(atPath: key.path) {
            let child = try await ChildProcess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", student, "-f", key.path])
            try #require(child.status == 0, "ssh-keygen: \(child.errors)")
        }
        return try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    /// Changes the classroom and waits until the gateway has taken it on.
    func change(_ write: () async throws -> Void) async throws {
        let before = try gateway.logged("Took on a changed classroom").count
        try await write()
        try gateway.reload()
        let isTaken = try await eventually { try gateway.logged("Took on a changed classroom").count > before }
        let refusals = try gateway.logged("Refused a document").map { "\($0["classroom.problem"])" }
        try #require(isTaken, "the changed classroom was not taken on: \(refusals)")
    }

    // MARK: Gateway

    /// The gateway that serves the class.
    var gateway: LabgateProcess {
        get throws { try #require(process.withLock { $0 }) }
    }

    /// Intervals for tests of labs' lives, in place of those that fit hours.
    static let briskLifeCycle = "lifeCycle: {tick: 300ms, sweepInterval: 1s, activityInterval: 5s}"

    /// Starts a gateway; the earlier one must have ended.
    func start() async throws {
        let started = try await LabgateProcess.serve(configuration: configuration)
        process.withLock { $0 = started }
        try writeKnownHosts()
    }

    /// Ends the gateway, if it runs.
    func stop() async throws {
        if let gateway = process.withLock({ $0 }), gateway.isRunning { try await gateway.stop() }
    }

    /// Ends everything that belongs to the class.
    func end() async throws {
        do {
            try await stop()
        } catch {
            try await site.end()
            throw error
        }
        try await site.end()
    }

    // MARK: Clients

    private var knownHosts: URL { folder.appending(path: "known_hosts") }

    private func writeKnownHosts() throws {
        let keys = try FileManager.default.contentsOfDirectory(at: try hostKeys, includingPropertiesForKeys: nil)
        let lines = try keys.filter { $0.pathExtension == "pub" }.map { key in
            try "\(SSH.hostKeyAlias) \(String(contentsOf: key, encoding: .utf8))"
        }
        try Data(lines.joined().utf8).write(to: knownHosts)
    }

    /// A client of a student's, at another gateway of the class's.
    func ssh(_ user: String = "edu01", at gateway: LabgateProcess) throws -> SSH {
        try ssh(user).through(port: gateway.port)
    }

    /// A client of a student's.
    func ssh(_ user: String = "edu01") throws -> SSH {
        let student = user.split(separator: "+").first.map(String.init) ?? user
        return SSH(port: try gateway.port, user: user, knownHosts: knownHosts, credential: .key(key(of: student)))
    }
}
