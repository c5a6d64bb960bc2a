import Foundation
@testable import TestSupport

/// OpenSSH's sshd in a student's lab: this machine's, copied there with its libraries, and run for each connection by
/// the site itself, without labgate. The lab's user runs it, who is all that it lets in.
struct ReferenceServer {
    /// A client of it.
    let ssh: SSH

    private static let folder = "/home/student/.reference"

    /// Runs a command; again where the way to the server, which is not what is tested, has lost what it said first.
    func run(_ command: String, input: ChildProcess.Input) async throws -> ChildProcess {
        for _ in 0..<3 {
            let child = try await ssh.run(command, input: input)
            if !child.errors.contains("kex_exchange_identification") { return child }
        }
        return try await ssh.run(command, input: input)
    }

    static func install(in sample: SampleClass) async throws -> ReferenceServer {
        let files = try TemporaryFolder.make()
        let script = """
            set -e
            cd "$1"
            cp /usr/sbin/sshd .
            mkdir lib
            ldd sshd | sed -n 's/.* => \\(\\/[^ ]*\\).*/\\1/p' | grep -v '/libc\\.so' | xargs -I{} cp {} lib/
            ssh-keygen -q -t ed25519 -N '' -f host_key
            cp "$2" authorized_keys
            cat > sshd_config <<END
            HostKey \(folder)/host_key
            AuthorizedKeysFile \(folder)/authorized_keys
            StrictModes no
            UsePAM no
            PidFile none
            LogLevel ERROR
            SetEnv LANG=C.UTF-8
            END
            tar c .
            """
        let key = sample.key(of: "edu01")
        let archive = try TemporaryFolder.make().appending(path: "archive")
        let packed = try await ChildProcess.run(
            ["bash", "-c", script, "bash", files.path, key.appendingPathExtension("pub").path], output: archive)
        guard packed.status == 0 else { throw ChildProcess.Failure(description: "sshd: \(packed.errors)") }
        let unpacked = try await sample.ssh().run(
            "rm -rf \(folder) && mkdir \(folder) && tar x -C \(folder)", input: .file(archive))
        guard unpacked.status == 0 else { throw ChildProcess.Failure(description: "sshd: \(unpacked.errors)") }

        let knownHosts = files.appending(path: "known_hosts")
        let hostKey = try String(contentsOf: files.appending(path: "host_key.pub"), encoding: .utf8)
        try Data("\(SSH.hostKeyAlias) \(hostKey)".utf8).write(to: knownHosts)
        guard let lab = try await sample.lab(of: "edu01") else {
            throw ChildProcess.Failure(description: "edu01 has no lab")
        }
        let proxy = """
            \(sample.site.execCommand(in: lab).joined(separator: " ")) \
            env LD_LIBRARY_PATH=\(folder)/lib \(folder)/sshd -i -e -f \(folder)/sshd_config 2>/dev/null
            """
        var ssh = SSH(port: 22, user: "student", knownHosts: knownHosts, credential: .key(key))
        ssh.options = ["-o", "ProxyCommand=\(proxy)"]
        return ReferenceServer(ssh: ssh)
    }
}
