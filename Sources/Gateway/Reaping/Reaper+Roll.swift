import Classroom
import Foundation
import Kubernetes

extension Reaper {
    /// Between two calls of the roll while labs come and go: a lab that was there for so long is missed when it has gone,
    /// and who waits for its place waits no longer than that. For thousands of records, a call is some milliseconds.
    private static let rollInterval: Duration = .seconds(2)

    /// Calls the roll when labs have come or gone, and does not wait for the next sweep, until it is cancelled.
    func followLabs(_ roll: SharedLabRoll) async {
        for await _ in pods.changes {
            // Most changes are marks, and steps of a start: for them nobody reads the records.
            let labs = pods.pods
            if knowsWhoIsWho, !roll.withLock({ $0.isUpToDate(with: labs) }) { _ = call(roll, .clusterNow) }
            guard (try? await Task.sleep(for: Self.rollInterval)) != nil else { return }
        }
    }

    /// Looks which labs there are, and sets the records right after them.
    ///
    /// - Returns: what was looked at: the records as they were before the labs were.
    func call(_ roll: SharedLabRoll, _ now: Date) -> (ledgers: [String: Ledger], labs: [Pod]) {
        roll.withLock { roll in
            // The records first: see `LabRoll`.
            let (ledgers, seats) = (admission.ledgers.all, seats())
            let labs = pods.pods
            let vanished = roll.call(
                labs, holding: { ledgers[$0.student ?? ""]?.holding($0.metadata.name)?.since },
                seat: { seats[$0.metadata.name] })
            balance(ledgers, labs, vanished, now)
            return (ledgers, labs)
        }
    }
}

extension Pod {
    /// The student whose lab it is.
    fileprivate var student: String? { metadata.annotations[LabPod.Annotation.student] }
}
