import Foundation
@testable import TestSupport

/// A course's shared folder as the study had it: on a server that shows it by SFTP and nothing else, mounted on the node
/// by sshfs. With the scripts of `deploy/shared-volume`.
struct SharedFolder {
    /// What a course says to have it: a `sharedVolumes` source.
    var source: String { "hostPath: \(mountPoint.appending(path: "course").path)" }

    private let mountPoint: URL
    /// What the server shows: a folder for each course.
    private let served: URL
    /// Scripts, as they would be copied to a node, and keys.
    private let folder: URL
    private let port: Int
    private let kubelet: String

    private static let scripts = URL(filePath: #filePath).appending(path: "../../../../deploy/shared-volume").standardized
    /// Somebody who can do nothing on this machine either.
    private static let account = "nobody"

    /// Whether this machine is the node, and ours.
    static var isPossible: Bool { Cluster.component != nil && Cluster.sharedFolder != nil && getuid() == 0 }

    /// Runs `body` with a share whose course has the material's first version; it is unmounted and gone afterwards.
    static func with<Value>(_ body: (SharedFolder) async throws -> Value) async throws -> Value {
        let share = try await SharedFolder()
        let server = try await share.serve()
        let result: Result<Value, any Error>
        do {
            try await share.publish(version: 1)
            try await share.mount()
            result = .success(try await body(share))
        } catch {
            result = .failure(error)
        }
        try await share.unmount()
        try await share.cutConnections()
        server.kill()
        try FileManager.default.removeItem(at: share.served.deletingLastPathComponent())
        return try result.get()
    }

    /// sshd wants every folder above to be root's, which temporary ones are not.
    private init() async throws {
        let place = URL(filePath: Cluster.sharedFolder ?? "").deletingLastPathComponent()
            .appending(path: "share-\(UInt32.random(in: 0 ... .max))")
        served = place.appending(path: "served")
        mountPoint = place.appending(path: "mounted")
        for folder in [served, mountPoint] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        folder = try TemporaryFolder.make()
        port = Int.random(in: 30_000..<32_000)
        kubelet = try await ChildProcess.run([Cluster.component ?? "", "pid", "kubelet"]).output
            .trimmingCharacters(in: .newlines)
        try FileManager.default.copyItem(
            at: Self.scripts.appending(path: "mount"), to: folder.appending(path: "mount"))
    }

    // MARK: Server

    private func serve() async throws -> RunningProcess {
        for key in ["host_key", "key"] {
            try await Self.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path(key)])
        }
        let account = try await Self.run(
            [Self.scripts.appending(path: "share").path, "--config", Self.account, served.path, path("key.pub")])
        let configuration = """
            ListenAddress 127.0.0.1:\(port)
            HostKey \(path("host_key"))
            PidFile \(path("pid"))
            UsePAM no
            StrictModes no
            Subsystem sftp internal-sftp

            """
        try Data((configuration + account).utf8).write(to: folder.appending(path: "sshd_config"))
        let hostKey = try String(contentsOf: folder.appending(path: "host_key.pub"), encoding: .utf8)
        try Data("[127.0.0.1]:\(port) \(hostKey)".utf8).write(to: folder.appending(path: "known_hosts"))
        // The account reads its keys with its own rights.
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o711], ofItemAtPath: folder.deletingLastPathComponent().path)
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        let server = try ChildProcess.start(["/usr/sbin/sshd", "-D", "-e", "-f", path("sshd_config")])
        try await server.prints("Server listening on")
        return server
    }

    /// Ends every connection to the server, as a restart of it does. Each is a session of processes below the server.
    func cutConnections() async throws {
        let pid = try await String(Self.run(["cat", path("pid")]).split(separator: "\n").first ?? "")
        let children = try await ChildProcess.run(["pgrep", "-P", pid]).output.split(separator: "\n")
        guard !children.isEmpty else { return }
        _ = try await ChildProcess.run(["pkill", "-KILL", "-s", children.joined(separator: ",")])
    }

    /// Runs a batch of sftp commands as the node could.
    func sftp(_ commands: String) async throws -> ChildProcess {
        try await ChildProcess.run(["sftp", "-P", "\(port)"] + options + ["-b", "-", remote], input: .text(commands))
    }

    /// Asks the server for a shell's command.
    func command(_ command: String) async throws -> ChildProcess {
        try await ChildProcess.run(["ssh", "-p", "\(port)"] + options + [remote, command])
    }

    private var remote: String { "\(Self.account)@127.0.0.1" }

    private var options: [String] {
        [
            "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", path("key"),
            "-o", "UserKnownHostsFile=\(path("known_hosts"))",
        ]
    }

    // MARK: Material

    /// How many files each version has.
    static let fileCount = 60

    /// Publishes files each of which says which version it is of.
    func publish(version: Int) async throws {
        let material = try TemporaryFolder.make()
        for index in 0..<Self.fileCount {
            let file = material.appending(path: "\(index % 6)/\(index)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("\(version)\n".utf8).write(to: file)
        }
        try await Self.run(
            [
                Self.scripts.appending(path: "publish").path, material.path, served.appending(path: "course").path,
            ])
    }

    // MARK: Node

    /// Mounts the share, or mounts it anew if its sshfs has died.
    func mount() async throws {
        let options = ["--account", Self.account, "--port", "\(port)", "--key", path("key")]
        try await run(
            onNode: [path("mount")] + options + ["--known-hosts", path("known_hosts"), "127.0.0.1", mountPoint.path])
    }

    private func unmount() async throws {
        try await run(onNode: [path("mount"), "--unmount", mountPoint.path])
    }

    /// Ends the node's sshfs, as a crash would; no other program's arguments have this folder.
    func killMount() async throws {
        let pids = try await Self.run(["pgrep", "-f", "^sshfs .* \(mountPoint.path) "]).split(separator: "\n")
        try await Self.run(["kill", "-KILL"] + pids.map(String.init))
    }

    /// The tests may have mounts of their own; the node's are those that the kubelet sees.
    private func run(onNode command: [String]) async throws {
        try await Self.run(["nsenter", "--mount", "--target", kubelet] + command)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    @discardableResult
    private static func run(_ command: [String]) async throws -> String {
        let child = try await ChildProcess.run(command)
        guard child.status == 0 else {
            throw ChildProcess.Failure(description: "\(command.joined(separator: " ")): \(child.errors)")
        }
        return child.output
    }
}
