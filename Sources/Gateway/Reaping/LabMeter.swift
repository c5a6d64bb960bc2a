import Kubernetes
import Logging

/// Reads how much CPU a lab has used since its container started, with nothing in the image but a shell: the kernel
/// counts it for the container's cgroup.
struct LabMeter: Sendable {
    let commands: PodCommands

    /// Version 2 of cgroups counts microseconds in a file of keys and values, version 1 nanoseconds in one of its own.
    private static let script = """
        while read -r key value; do
            [ "$key" = usage_usec ] && echo "$value us" && exit
        done < /sys/fs/cgroup/cpu.stat
        read -r value < /sys/fs/cgroup/cpuacct/cpuacct.usage && echo "$value ns"
        """

    /// Labs that are read at the same time: each reading is a small exec.
    private static let maximumConcurrentCount = 4

    /// The labs' CPU times by their pods' UIDs, without those that cannot be measured.
    func cpuTimes(of pods: [Pod], _ logger: Logger) async -> [String: Duration] {
        await withTaskGroup(of: (String, Duration?).self) { group in
            var (times, waiting) = ([String: Duration](), pods[...])
            func measureNext() {
                guard let pod = waiting.popFirst() else { return }
                group.addTask { (pod.metadata.uid, await cpuTime(of: Lab(pod), logger)) }
            }
            for _ in 0..<Self.maximumConcurrentCount { measureNext() }
            for await (uid, time) in group {
                times[uid] = time
                measureNext()
            }
            return times
        }
    }

    /// - Returns: nil if it cannot be measured, which is logged.
    func cpuTime(of lab: Lab, _ logger: Logger) async -> Duration? {
        let command = ["/bin/sh", "-c", "{ \(Self.script); } 2>/dev/null"]
        return await commands.output("read the CPU time", command, in: lab, logger).flatMap(Self.parse)
    }

    static func parse(_ output: String) -> Duration? {
        let fields = output.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let count = Int64(fields[0]), count >= 0 else { return nil }
        switch fields[1] {
        case "us": return .microseconds(count)
        case "ns": return .nanoseconds(count)
        default: return nil
        }
    }
}
