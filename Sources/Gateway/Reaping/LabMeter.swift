import Logging

/// Reads how much CPU labs have used since their containers started: from the backend if that counts it, or else in the
/// lab, with nothing in the image but a shell, as the kernel counts it for the container's cgroup.
///
/// Measuring takes a bounded time, whatever nodes hang: ``startLimit`` and ``answerLimit`` together.
struct LabMeter: Sendable {
    /// The CPU time of a lab; nil if it cannot be measured, or not within ``answerLimit``.
    let read: @Sendable (Lab, Logger) async -> Duration?

    /// Version 2 of cgroups counts microseconds in a file of keys and values, version 1 nanoseconds in one of its own.
    private static let script = """
        while read -r key value; do
            [ "$key" = usage_usec ] && echo "$value us" && exit
        done < /sys/fs/cgroup/cpu.stat
        read -r value < /sys/fs/cgroup/cpuacct/cpuacct.usage && echo "$value ns"
        """

    /// How long a lab is given to answer: the shell needs milliseconds, and a busy node a second or two.
    static let answerLimit: Duration = .seconds(5)
    /// How long one round goes on beginning to read labs; those that are left are for the next one. Thousands fit in.
    static let startLimit: Duration = .seconds(5)

    init(read: @escaping @Sendable (Lab, Logger) async -> Duration?) {
        self.read = read
    }

    /// Asks the backend, and runs a command in the lab if that does not tell. A failure is logged.
    init(commands: LabCommands) {
        self.init { lab, logger in
            if let time = await commands.backend.cpuTime(of: lab) { return time }
            let command = ["/bin/sh", "-c", "{ \(Self.script); } 2>/dev/null"]
            return await commands.output(
                "read the CPU time", command, in: lab, logger, timeout: Self.answerLimit
            ).flatMap(Self.parse)
        }
    }

    /// Reads labs, several at a time, in this order as far as their nodes permit.
    ///
    /// - Parameter startLimit: none is begun later than this; the others are not asked.
    func measure(_ labs: [Lab], startLimit: Duration = startLimit, _ logger: Logger) async -> MeterRound {
        let end = ContinuousClock.now + startLimit
        return await withTaskGroup(of: (Lab, Duration?).self) { group in
            var (queue, round) = (MeterQueue(labs), MeterRound())
            func beginMore() {
                while ContinuousClock.now < end, let lab = queue.next() {
                    group.addTask { (lab, await read(lab, logger)) }
                }
            }
            beginMore()
            for await (lab, time) in group {
                round.times[lab.uid] = time
                if time == nil { round.silent.insert(lab.uid) }
                queue.ended(lab)
                beginMore()
            }
            return round
        }
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
