import Foundation
@testable import TestSupport

/// A TCP port of this machine that a client forwards.
enum LocalPort {
    /// One that nothing listens on.
    static func free() throws -> Int {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, length) == 0 && getsockname(fd, $0, &length) == 0
            }
        }
        guard isBound else { throw ChildProcess.Failure(description: "no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Waits until a line that is sent to the port comes back.
    static func echoes(_ port: Int, _ forwarder: RunningProcess) async throws {
        let works = try await eventually(within: .seconds(20), every: .milliseconds(100)) {
            try await ask(port, "hello").output == "hello\n"
        }
        guard works else { throw ChildProcess.Failure(description: "port \(port) does not echo: \(forwarder.errors)") }
    }

    /// Sends one line to the port; what comes back first.
    static func ask(_ port: Int, _ line: String) async throws -> ChildProcess {
        let script = "exec 3<>/dev/tcp/127.0.0.1/$1 && echo \"$2\" >&3 && head -n 1 <&3"
        return try await ChildProcess.run(["timeout", "10", "bash", "-c", script, "bash", "\(port)", line])
    }
}
