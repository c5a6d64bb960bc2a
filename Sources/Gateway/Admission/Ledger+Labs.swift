import Classroom
import Foundation

extension Ledger {
    /// How long after its creation was asked for a lab may not have been seen at all, in seconds.
    static let creationPatience: TimeInterval = 60

    /// Notes a lab that is about to be created.
    ///
    /// What another login has noted a moment ago is about the same one, and stays as it is: that login may create it
    /// first. What is older is of one that has gone, and gives way: whoever finds that gone must not close the new
    /// one.
    ///
    /// - Parameter last: since when the same login has noted it before, if it has.
    /// - Returns: whether this is held now; false if it is what another login has noted.
    mutating func openLab(_ new: Holding, insteadOf last: Date?, windows: WindowIntervals) -> Bool {
        guard let known = holding(new.id) else { return open(new) }
        // It is there if this is written again because the answer to the first time was lost.
        if known.since == new.since { return true }
        let isOwn = known.since == last
        // Clocks differ: what begins long after now was noted by one that was wrong.
        guard isOwn || abs(new.since.timeIntervalSince(known.since)) >= Self.creationPatience else { return false }
        close(id: known.id, at: isOwn ? known.since : new.since, windows: windows)
        return open(new)
    }
}
