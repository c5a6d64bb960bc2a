import Foundation
import Testing

@testable import TestSupport

extension HostTests {
    /// What the page of `deploy/host` tells an administrator to do, step by step, where systemd runs.
    @Suite(
        "The unit under systemd",
        .enabled("systemd-nspawn is not on PATH, or not for us") { await SystemdMachine.isPossible() },
        .enabled(if: HostSite.command != nil, "LABGATE_TEST_ENGINE_COMMAND is not set"))
    struct UnitTests {
        private static let folder = URL(filePath: #filePath).appending(path: "../../../deploy/host").standardized
        private static let socket = "/run/labgate-podman.sock"

        @Test("Installed as the page says, a gateway serves, drains at a restart, and comes back after a crash")
        func life() async throws {
            let site = try await HostSite.make(in: try TemporaryFolder.make())
            // The unit sees no temporary folder of this machine's.
            let material = URL(filePath: "/srv/labgate-test-\(UInt32.random(in: 0 ... .max))")
            // The machine's user is nobody here; on the way to the socket are folders that only root can enter.
            let mode = try FileManager.default.attributesOfItem(atPath: HostSite.socket)[.posixPermissions] ?? 0o600
            try await cleaningUp {
                try? FileManager.default.removeItem(at: material)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: HostSite.socket)
                try await site.end()
            } after: {
                try FileManager.default.createDirectory(at: material, withIntermediateDirectories: true)
                try Data("Files of the course\n".utf8).write(to: material.appending(path: "README"))
                try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: HostSite.socket)
                try await SystemdMachine.with("--bind=\(HostSite.socket):\(Self.socket)") { machine in
                    let ssh = try await install(on: machine, material: material)
                    try await serves(machine, ssh)
                    try await drains(machine, ssh)
                    try await comesBack(machine, ssh)
                    try await logsNothingElse(machine)
                    try await saysIfItCannotStart(machine)
                }
            }
        }

        /// The steps of the page up to the first login.
        private func install(on machine: SystemdMachine, material: URL) async throws -> SSH {
            try await copyDeployment(to: machine)
            try await machine.run("/opt/host/install", "--program", "/opt/labgate")
            let (port, folder) = (Int.random(in: 20_000..<22_000), try TemporaryFolder.make())
            let key = try await makeKey(in: folder)
            try machine.edit("etc/labgate/labgate.yaml") {
                $0.replacing(":2222", with: ":\(port)").replacing(":9102", with: ":\(port + 2000)")
                    .replacing("/run/docker.sock", with: "\(Self.socket)\n  project: \(HostSite.project)\n ")
            }
            try machine.edit("etc/labgate/classroom/course.yaml") {
                $0.replacing("localhost/edu_gcc:latest", with: Site.image)
                    .replacing("/srv/labs/c-programming", with: material.path)
            }
            let publicKey = try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
            try machine.edit("etc/labgate/classroom/student.yaml") {
                $0.replacing(/ssh-ed25519 .*\n/, with: publicKey)
            }
            if !Self.canRaiseLimits { try await limitProcesses(of: machine) }
            let check = ["labgate", "check", "--config", "/etc/labgate/labgate.yaml"].joined(separator: " ")
            #expect(try await machine.run("runuser", "-u", "labgate", "--", "sh", "-c", check).contains("in order"))
            try await machine.run("systemctl", "enable", "--now", "labgate")
            let knownHosts = folder.appending(path: "known_hosts")
            let hostKey = try String(
                contentsOf: machine.file("var/lib/labgate/keys/ssh_host_ed25519_key.pub"), encoding: .utf8)
            try Data("\(SSH.hostKeyAlias) \(hostKey)".utf8).write(to: knownHosts)
            return SSH(port: port, user: "edu01", knownHosts: knownHosts, credential: .key(key))
        }

        private func copyDeployment(to machine: SystemdMachine) async throws {
            try FileManager.default.copyItem(at: Self.folder, to: machine.file("opt/host"))
            try FileManager.default.copyItem(
                at: URL(filePath: LabgateProcess.executable), to: machine.file("opt/labgate"))
        }

        private func makeKey(in folder: URL) async throws -> URL {
            let key = folder.appending(path: "key")
            let child = try await ChildProcess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.path])
            try #require(child.status == 0, "ssh-keygen: \(child.errors)")
            return key
        }

        /// CAP_SYS_RESOURCE, which root does not have in some virtual machines.
        private static var canRaiseLimits: Bool {
            let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let effective = status?.firstMatch(of: /CapEff:\s*([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) } ?? 0
            return effective >> 24 & 1 == 1
        }

        /// Labs get as many processes as the gateway may have, which must not be more than an engine can give that may
        /// not raise limits: Podman's own is the number of process ids outside of the machine.
        private func limitProcesses(of machine: SystemdMachine) async throws {
            let folder = machine.file("etc/systemd/system/labgate.service.d")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let limit = try String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
            try Data("[Service]\nLimitNPROC=\(limit)".utf8).write(to: folder.appending(path: "limits.conf"))
            try await machine.run("systemctl", "daemon-reload")
        }

        private func serves(_ machine: SystemdMachine, _ ssh: SSH) async throws {
            let login = try await ssh.run("cat /mybackup/README; touch /mybackup/x; echo mine > file; exit 5")
            #expect(login.status == 5, "\(login.errors)")
            #expect(login.output == "Files of the course\n")
            #expect(login.errors.contains("Read-only file system"))
            let main = try await mainProcess(of: machine)
            try await machine.run("systemctl", "reload", "labgate")
            #expect(try await ssh.run("cat file").output == "mine\n")
            #expect(try await mainProcess(of: machine) == main)
        }

        private func drains(_ machine: SystemdMachine, _ ssh: SSH) async throws {
            let main = try await mainProcess(of: machine)
            let session = try ssh.start("echo up; read line; echo $line; exit 3", input: .open)
            try await session.prints("up\n")
            try await machine.run("systemctl", "restart", "--no-block", "labgate")
            let isClosed = try await eventually { try await ssh.run("true").errors.contains("refused") }
            #expect(isClosed)
            #expect(try await machine.ask("systemctl", "status", "labgate").output.contains("Draining: "))
            try session.type("still here\n")
            let end = try await session.end()
            #expect(end.status == 3)
            #expect(end.output == "up\nstill here\n")
            #expect(try await isBack(ssh))
            #expect(try await mainProcess(of: machine) != main)
        }

        private func comesBack(_ machine: SystemdMachine, _ ssh: SSH) async throws {
            let main = try await mainProcess(of: machine)
            try await machine.run("systemctl", "kill", "--signal=KILL", "labgate")
            #expect(try await eventually { try await mainProcess(of: machine) != main })
            #expect(try await isBack(ssh))
        }

        private func isBack(_ ssh: SSH) async throws -> Bool {
            try await eventually(every: .milliseconds(200)) { try await ssh.run("cat file").output == "mine\n" }
        }

        private func mainProcess(of machine: SystemdMachine) async throws -> String {
            try await machine.run("systemctl", "show", "--property=MainPID", "--value", "labgate")
        }

        /// Whatever else the sandbox keeps from libraries, they say.
        private func logsNothingElse(_ machine: SystemdMachine) async throws {
            let log = try await machine.run("journalctl", "--unit=labgate", "--output=cat", "_COMM=labgate")
            let lines = log.split(separator: "\n")
            #expect(lines.contains { $0.contains("listening for SSH") })
            #expect(lines.allSatisfy { $0.hasPrefix("{") }, "\(log)")
        }

        private func saysIfItCannotStart(_ machine: SystemdMachine) async throws {
            try machine.edit("etc/labgate/labgate.yaml") { $0.replacing("listen:", with: "lisen:") }
            #expect(try await machine.ask("systemctl", "restart", "labgate").status != 0)
            #expect(try await machine.run("journalctl", "--unit=labgate", "--output=cat").contains("lisen"))
        }

        @Test(
            "Podman listens where the gateway reaches it, and nobody else",
            .enabled("podman is not on PATH") { await DeploymentTests.has("podman", "--version") })
        func podman() async throws {
            try await SystemdMachine.with { machine in
                try await copyDeployment(to: machine)
                try await machine.run("/opt/host/install", "--program", "/opt/labgate")
                try await machine.run(
                    "install", "-D", "-m", "0644", "/opt/host/podman.socket.conf",
                    "/etc/systemd/system/podman.socket.d/labgate.conf")
                try await machine.run("systemctl", "daemon-reload")
                try await machine.run("systemctl", "enable", "podman.socket")
                try await machine.run("systemctl", "restart", "podman.socket")
                let ping = "curl --silent --show-error --unix-socket /run/labgate-podman.sock http://engine/_ping"
                let answer = try await machine.ask("runuser", "-u", "labgate", "--", "sh", "-c", ping)
                #expect(answer.output == "OK", "\(answer.errors)")
                #expect(try await machine.ask("runuser", "-u", "nobody", "--", "sh", "-c", ping).status == 7)
            }
        }
    }
}
