import DockerEngine
import Foundation
import Glibc

/// What labs may have beside what their course says.
enum HostLimits {
    /// Processes and threads in one lab: as many as a kubelet of the local cluster grants. A build uses a few dozen.
    static let pids: Int64 = 512
    /// Files that one process may have open.
    private static let openFiles: Int64 = 65_536

    /// Limits of single processes. They are named only so that engines that may not raise limits, as in some virtual
    /// machines, can start anything: their defaults are beyond what they have themselves.
    static let ulimits: [Ulimit] = [
        Ulimit("nofile", min(openFiles, hardLimit(CInt(RLIMIT_NOFILE.rawValue)))),
        // Counted for all labs together, so it must not limit any: the kernel has no more numbers than that.
        Ulimit("nproc", min(pidMaximum, hardLimit(CInt(__RLIMIT_NPROC.rawValue)))),
    ]

    private static func hardLimit(_ resource: CInt) -> Int64 {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        return Int64(clamping: limit.rlim_max)
    }

    private static var pidMaximum: Int64 {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
        return text.flatMap { Int64($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 32_768
    }
}
