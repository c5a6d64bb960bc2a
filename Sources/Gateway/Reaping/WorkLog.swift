import Classroom
import Foundation

/// CPU readings of labs, and whether they have worked since the reading before.
struct WorkLog: Sendable {
    private struct Reading {
        /// nil if it could not be measured.
        let cpuTime: Duration?
        let at: Date
        /// How many there were.
        let count: Int
        /// When the lab was last found at work, or could not be measured.
        let workedAt: Date?
    }

    /// By the labs' UIDs.
    private var readings: [String: Reading] = [:]

    /// How often labs are measured: work is known that exactly. A tenth of the idle limit, within bounds.
    ///
    /// - Parameter countsCPU: whether a budget of CPU time is spent by what is read: as late as the reading, the lab ends.
    static func interval(
        for rules: IdleRules, _ timing: LifeCycleTiming, countsCPU: Bool = false
    ) -> Duration {
        let tenth = (rules.lab ?? rules.maximumAge) / 10
        let longest = countsCPU ? timing.activityInterval : .seconds(300)
        return max(timing.sweepInterval, min(tenth, longest))
    }

    /// Whether a round has settled something about a lab that was worth asking: it was asked, or it has not been measured
    /// for so long that it counts as not measurable.
    ///
    /// A lab that was never read, and that there was no time to ask, is left as it is: whoever begins to lead knows
    /// nothing of all labs, and must not take that for work. It is not ended either while it ``isUnsettled(_:)``.
    ///
    /// - Parameter interval: between two readings.
    func isSettled(_ lab: Lab, by round: MeterRound, every interval: Duration, at now: Date) -> Bool {
        if round.times[lab.uid] != nil || round.silent.contains(lab.uid) { return true }
        // One that is not ready cannot be asked: its node does not answer, or its container is started anew.
        guard let last = lastReading(of: lab) else { return lab.state != .ready }
        return now.timeIntervalSince(last) >= interval.timeInterval
    }

    /// Notes a reading; nil if the lab could not be measured.
    ///
    /// - Parameter floor: CPUs; a lab that has used fewer since the last reading has not worked.
    /// - Returns: whether the lab counts as having worked. What cannot be measured counts.
    mutating func note(_ cpuTime: Duration?, of lab: Lab, floor: Double, at now: Date) -> Bool {
        let last = readings[lab.uid]
        let hasWorked = Self.hasWorked(cpuTime, since: last, floor: floor, at: now)
        readings[lab.uid] = Reading(
            cpuTime: cpuTime, at: now, count: (last?.count ?? 0) + 1, workedAt: hasWorked ? now : last?.workedAt)
        return hasWorked
    }

    private static func hasWorked(_ cpuTime: Duration?, since last: Reading?, floor: Double, at now: Date) -> Bool {
        guard let cpuTime else { return true }
        // Of the first reading nothing follows; of one behind an outage, too.
        guard let last, let before = last.cpuTime else { return false }
        let span = now.timeIntervalSince(last.at)
        // A container that was started anew counts from zero.
        let used = cpuTime >= before ? cpuTime - before : cpuTime
        return span > 0 && used.timeInterval / span >= floor
    }

    /// Whether too little is known of the lab to call it idle.
    func isUnsettled(_ lab: Lab) -> Bool {
        (readings[lab.uid]?.count ?? 0) < 2
    }

    /// When the lab was measured last, or when it was last found that it cannot be.
    func lastReading(of lab: Lab) -> Date? { readings[lab.uid]?.at }

    /// When the lab counted as having worked last: known at once, while its lab's mark may be late or not be written.
    func lastWork(of lab: Lab) -> Date? { readings[lab.uid]?.workedAt }

    /// Forgets labs that are gone.
    mutating func forget(except uids: Set<String>) {
        readings = readings.filter { uids.contains($0.key) }
    }
}
