import Foundation
import Testing

@testable import TestSupport

extension HostTests {
    /// What the page of `deploy/host` tells an administrator to do, step by step, where systemd runs.
    @Suite(
        "The unit under systemd", .enabled("systemd-nspawn is not on PATH, or not for us") { await SystemdMachine.isPossible() },
        .enabled(if: HostSite.command != nil, "LABGATE_TEST_ENGINE_COMMAND is not set"))
    struct UnitTests {
        private static let folder = URL(filePath: #filePath).appending(path: "../../../deploy/host").standardized

        @Test("A gateway that is installed so serves, drains for lab sessions at a restart, and comes back after a crash")
        func life() async throws {
            let site = try await HostSite.make(in: try TemporaryFolder.make())
            let material = URL(filePath: "/srv/labgate-test-\(UInt32.random(in: 0 ... .max))")
            try FileManager.default.createDirectory(at: material, withIntermediateDirectories: true)
            try Data("Files of the course\n".utf8).write(to: material.appending(path: "README"))
            let result: Result<Void, any Error>
            do {
                let socket = "/run/labgate-podman.sock"
                // The machine's user is nobody here; on the way to it are folders that only root can enter.
                try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: HostSite.socket)
                try await SystemdMachine.with("--bind=\(HostSite.socket):\(socket)") { machine in
                    let ssh = try await install(on: machine, socket: socket, material: material)
                    try await serves(machine, ssh)
                    try await drains(machine, ssh)
                    try await comesBack(machine, ssh)
                    try await logsNothingElse(machine)
                    try await saysIfItCannotStart(machine)
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await site.end()
            try FileManager.default.removeItem(at: material)
            try result.get()
        }

        /// The steps of the page up to the first login.
        private func install(on machine: SystemdMachine, socket: String, material: URL) async throws -> SSH {
            try await copyDeployment(to: machine)
            try await machine.run("/opt/host/install", "--program", "/opt/labgate")
            let (port, folder) = (Int.random(in: 34_000..<36_000), try TemporaryFolder.make())
            let key = folder.appending(path: "key")
            _ = try await ChildProcess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.path])
            let publicKey = try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
            try machine.edit("etc/labgate/labgate.yaml") {
                $0.replacing(":2222", with: ":\(port)").replacing(":9102", with: ":\(port + 2000)")
                    .replacing("/run/docker.sock", with: "\(socket)\n  project: \(HostSite.project)\n ")
            }
            try machine.edit("etc/labgate/classroom/course.yaml") {
                $0.replacing("localhost/edu_gcc:latest", with: Site.image)
                    .replacing("/srv/labs/c-programming", with: material.path)
            }
            try machine.edit("etc/labgate/classroom/student.yaml") {
                $0.replacing(/ssh-ed25519 .*/, with: publicKey.trimmingCharacters(in: .newlines))
            }
            try await limitProcesses(of: machine)
            #expect(
                try await machine.run("runuser", "-u", "labgate", "--", "labgate", "check", "--config", "/etc/labgate/labgate.yaml")
                    .contains("everything is in order"))
            try await machine.run("systemctl", "enable", "--now", "labgate")
            let knownHosts = folder.appending(path: "known_hosts")
            let hostKey = try String(
                contentsOf: machine.root.appending(path: "var/lib/labgate/keys/ssh_host_ed25519_key.pub"), encoding: .utf8)
            try Data("\(SSH.hostKeyAlias) \(hostKey)".utf8).write(to: knownHosts)
            return SSH(port: port, user: "edu01", knownHosts: knownHosts, credential: .key(key))
        }

        private func copyDeployment(to machine: SystemdMachine) async throws {
            let place = machine.root.appending(path: "opt")
            try FileManager.default.copyItem(at: Self.folder, to: place.appending(path: "host"))
            try FileManager.default.copyItem(
                at: URL(filePath: LabgateProcess.executable), to: place.appending(path: "labgate"))
        }

        /// An engine that may not raise limits has those of its own machine.
        private func limitProcesses(of machine: SystemdMachine) async throws {
            let folder = machine.root.appending(path: "etc/systemd/system/labgate.service.d")
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
            #expect(try await machine.ask("systemctl", "status", "--no-pager", "labgate").output.contains("Draining: "))
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
            let log = try await machine.run("journalctl", "--unit=labgate", "--output=cat", "--no-pager", "_COMM=labgate")
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
                let ping = ["curl", "--silent", "--unix-socket", "/run/labgate-podman.sock", "http://engine/_ping"]
                    .joined(separator: " ")
                #expect(try await machine.ask("runuser", "-u", "labgate", "--", "sh", "-c", ping).output == "OK")
                #expect(try await machine.ask("runuser", "-u", "nobody", "--", "sh", "-c", ping).status == 7)
            }
        }
    }
}
