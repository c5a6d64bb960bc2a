import Classroom
import Foundation
import Upstream

extension Reaper {
    /// Between two calls of the roll while labs come and go: a lab that was there for so long is missed when it has gone,
    /// and who waits for its place waits no longer than that. On one host a lab may be gone within a second.
    private static let rollPauses = Duration.milliseconds(50)...Duration.seconds(2)
    /// With thousands of records a call takes some milliseconds: calls take no more of the time than one part in so many.
    private static let rollRest = 20

    /// Calls the roll when labs have come or gone, and does not wait for the next sweep, until it is cancelled.
    func followLabs(_ roll: SharedLabRoll) async {
        for await _ in backend.changes {
            let start = ContinuousClock.now
            // Most changes are marks, and steps of a start: for them nobody reads the records.
            let labs = backend.labs
            if knowsWhoIsWho, !roll.withLock({ $0.isUpToDate(with: labs) }) { _ = call(roll, .clusterNow) }
            let pauses = Self.rollPauses
            let pause = min(max((.now - start) * Self.rollRest, pauses.lowerBound), pauses.upperBound)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// Looks which labs there are, and sets the records right after them.
    ///
    /// - Returns: what was looked at: the records as they were before the labs were.
    func call(_ roll: SharedLabRoll, _ now: Date) -> (ledgers: [String: Ledger], labs: [Lab]) {
        roll.withLock { roll in
            // The records first: see `LabRoll`.
            let (ledgers, seats) = (admission.ledgers.all, seats())
            let labs = backend.labs
            let vanished = roll.call(
                labs, holding: { ledgers[$0.student ?? ""]?.holding($0.name)?.since },
                seat: { seats[$0.name] })
            balance(ledgers, labs, vanished, now)
            return (ledgers, labs)
        }
    }
}
