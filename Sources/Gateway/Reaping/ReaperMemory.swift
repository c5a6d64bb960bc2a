import Foundation
import Upstream

/// What the elected gateway remembers from sweep to sweep.
struct ReaperMemory {
    /// Since when labs have been watched without a gap.
    var watchedSince = Date.clusterNow
    /// Whether marks may be missing, for nobody had watched for a while.
    var isAfterGap: Bool
    /// What was measured.
    var work = WorkLog()
    /// When to measure again.
    var schedule = MeterSchedule()
    /// The labs that there were.
    let roll: SharedLabRoll
    /// Since when a lab has been found to be nobody's, by UID.
    var orphans: [String: Date] = [:]
    /// Since when a CPU budget has been found used up, by lab UID.
    var ranOut: [String: Date] = [:]
    /// Since when a lab has been seen ending, or when it was given up, by UID.
    var ending: [String: Date] = [:]

    init(roll: SharedLabRoll, isAfterGap: Bool) {
        self.roll = roll
        self.isAfterGap = isAfterGap
    }

    /// Forgets labs that are gone.
    mutating func forget(except labs: [Lab]) {
        let uids = Set(labs.map(\.uid))
        orphans = orphans.filter { uids.contains($0.key) }
        ranOut = ranOut.filter { uids.contains($0.key) }
        ending = ending.filter { uids.contains($0.key) }
        work.forget(except: uids)
        schedule.forget(except: uids)
    }
}
