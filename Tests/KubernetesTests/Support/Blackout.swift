import Foundation
import TestSupport

/// A host that is gone: nothing that is sent to a port arrives, and nothing says so.
enum Blackout {
    static var isPossible: Bool { geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/iptables") }

    /// Runs `body` while packets to and from a port of this machine are dropped.
    static func of(port: Int, _ body: () async throws -> Void) async throws {
        let rules = ["--dport", "--sport"].map {
            ["INPUT", "-i", "lo", "-p", "tcp", $0, "\(port)", "-j", "DROP"]
        }
        for rule in rules { try await iptables(["-I"] + rule) }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        for rule in rules { try await iptables(["-D"] + rule) }
        try result.get()
    }

    private static func iptables(_ arguments: [String]) async throws {
        let child = try await ChildProcess.run(["/usr/sbin/iptables", "-w"] + arguments)
        guard child.status == 0 else { throw ChildProcess.Failure(description: "iptables: \(child.errors)") }
    }
}
