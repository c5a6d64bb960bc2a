import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Host keys", .serialized)
struct HostKeysTests {
    let folder: URL

    init() throws {
        folder = try TemporaryFolder.make().appending(path: "keys")
    }

    private func path(_ name: String) -> String {
        folder.appending(path: name).path
    }

    private func mode(_ name: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int)
    }

    @Test("Keys are made once, readable by their owner alone, and are the same at the next start")
    func madeAndLoaded() async throws {
        let made = try HostKeys.load(orMakeIn: folder.path)
        #expect(made.publicKeys.map { $0.split(separator: " ")[0] } == ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
        for name in ["ed25519", "ecdsa", "rsa"] {
            #expect(try mode("ssh_host_\(name)_key") == 0o600)
            // OpenSSH reads what libssh writes.
            let child = try await ChildProcess.run(["ssh-keygen", "-y", "-f", path("ssh_host_\(name)_key")])
            #expect(child.status == 0, "\(child.errors)")
            let file = try String(contentsOfFile: path("ssh_host_\(name)_key.pub"), encoding: .utf8)
            #expect(made.publicKeys.contains(file.trimmingCharacters(in: .newlines)))
            #expect(child.output.hasPrefix(file.trimmingCharacters(in: .newlines)))
        }
        #expect(try mode("ssh_host_rsa_key.pub") == 0o644)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 6)
        #expect(try HostKeys.load(orMakeIn: folder.path).publicKeys == made.publicKeys)
    }

    @Test("Keys of OpenSSH's making are loaded")
    func keysOfOpenSSH() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["ed25519", "ecdsa", "rsa"] {
            _ = try await ChildProcess.run(
                ["ssh-keygen", "-q", "-t", name, "-N", "", "-C", "", "-f", path("ssh_host_\(name)_key")])
        }
        let keys = try HostKeys.load(orMakeIn: folder.path)
        let file = try String(contentsOfFile: path("ssh_host_ed25519_key.pub"), encoding: .utf8)
        #expect(file.hasPrefix(keys.publicKeys[0]))
    }

    @Test("A private key that others can read is refused in words", arguments: [0o640, 0o604, 0o622, 0o610])
    func readableByOthers(mode: Int) throws {
        _ = try HostKeys.load(orMakeIn: folder.path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path("ssh_host_ed25519_key"))
        let error = #expect(throws: SSHServerError.self) { try HostKeys.load(orMakeIn: folder.path) }
        #expect(error?.description.contains("chmod 600 \(path("ssh_host_ed25519_key"))") == true)
    }

    @Test("What is not a key is refused in words and left as it is")
    func garbage() throws {
        let keys = try HostKeys.load(orMakeIn: folder.path)
        for garbage in ["", "not a key\n"] {
            try garbage.write(toFile: path("ssh_host_ecdsa_key"), atomically: false, encoding: .utf8)
            let error = #expect(throws: SSHServerError.self) { try HostKeys.load(orMakeIn: folder.path) }
            #expect(error?.description.contains("ssh_host_ecdsa_key is not a private key") == true)
            #expect(try String(contentsOfFile: path("ssh_host_ecdsa_key"), encoding: .utf8) == garbage)
        }
        try FileManager.default.removeItem(atPath: path("ssh_host_ecdsa_key"))
        try FileManager.default.createDirectory(atPath: path("ssh_host_ecdsa_key"), withIntermediateDirectories: true)
        #expect(throws: SSHServerError.self) { try HostKeys.load(orMakeIn: folder.path) }
        try FileManager.default.removeItem(atPath: path("ssh_host_ecdsa_key"))
        #expect(try HostKeys.load(orMakeIn: folder.path).publicKeys[0] == keys.publicKeys[0])
    }

    @Test("A key of another kind than its name says is refused")
    func wrongKind() throws {
        _ = try HostKeys.load(orMakeIn: folder.path)
        try FileManager.default.removeItem(atPath: path("ssh_host_ed25519_key"))
        try FileManager.default.copyItem(atPath: path("ssh_host_ecdsa_key"), toPath: path("ssh_host_ed25519_key"))
        let error = #expect(throws: SSHServerError.self) { try HostKeys.load(orMakeIn: folder.path) }
        #expect(error?.description.contains("ssh_host_ed25519_key") == true)
    }

    @Test("A folder that cannot be made or written is named")
    func unwritable() throws {
        let file = try TemporaryFolder.make().appending(path: "file")
        try "".write(to: file, atomically: false, encoding: .utf8)
        for path in [file.appending(path: "keys").path, file.path, "/proc/labgate"] {
            let error = #expect(throws: SSHServerError.self) { try HostKeys.load(orMakeIn: path) }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test("ssh-audit fails no algorithm, warns of none that this libssh could do without, and sees strict key exchange")
    func audit() async throws {
        try await TestServer.run { server in
            let python = ProcessInfo.processInfo.environment["LABGATE_TEST_PYTHON"] ?? "python3"
            let child = try await ChildProcess.run(
                [python, "-m", "ssh_audit.ssh_audit", "--json", "--skip-rate-test", "-p", "\(server.port)", "127.0.0.1"])
            let report = try #require(
                try? JSONSerialization.jsonObject(with: Data(child.output.utf8)) as? [String: Any],
                "this test needs the Python package ssh-audit (pip install ssh-audit): \(child.errors)\(child.output)")
            var names: [String] = []
            for kind in ["kex", "key", "enc", "mac"] {
                for algorithm in try #require(report[kind] as? [[String: Any]]) {
                    let name = try #require(algorithm["algorithm"] as? String)
                    let notes = algorithm["notes"] as? [String: Any] ?? [:]
                    names.append(name)
                    // The libssh in use may have nothing better.
                    let warnings = (notes["warn"] as? [String] ?? []).filter { !$0.contains("post-quantum") }
                    #expect(notes["fail"] == nil && warnings.isEmpty, "\(name): \(notes)")
                }
            }
            #expect(names.contains("kex-strict-s-v00@openssh.com"))
            #expect(names.contains("ssh-ed25519") && names.contains("rsa-sha2-512"))
            #expect(!names.contains { $0.hasPrefix("ecdsa") })
            #expect((report["banner"] as? [String: Any])?["software"] as? String == "OpenSSH_labgate")
        }
    }
}
