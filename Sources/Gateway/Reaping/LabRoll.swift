import Foundation
import Kubernetes

/// Which labs there were, and what the records said of each while its pod was there.
///
/// When the pod has gone, a record that says something else speaks of the next lab: its student has come back in the
/// meantime, and what the new one holds must not be taken away.
struct LabRoll: Sendable {
    /// What tells a lab from the next one of the same name, in each record: when it began there.
    struct Entry: Hashable, Sendable {
        /// The pod's UID.
        let uid: String
        /// Of the holding in the student's ledger; nil if there was none.
        var holding: Date?
        /// Of the seat in the course's waiting room; nil if there was none.
        var seat: Date?
    }

    /// By the pods' names.
    private var entries: [String: Entry] = [:]

    /// Whether a call would tell nothing new: these are the labs that there were, and it is known what the ledgers have
    /// said of each.
    func isUpToDate(with pods: [Pod]) -> Bool {
        pods.count == entries.count
            && pods.allSatisfy { pod in
                guard let entry = entries[pod.metadata.name] else { return false }
                return entry.uid == pod.metadata.uid && entry.holding != nil
            }
    }

    /// Takes note of the pods that there are.
    ///
    /// The records are to be read before the pods: what they say of a pod that is there then cannot be about a later
    /// one. What was seen first of a pod stays, for a later entry may be about the one that will follow.
    ///
    /// - Returns: those that have gone since the last time, by name.
    mutating func call(
        _ pods: [Pod], holding: (Pod) -> Date?, seat: (Pod) -> Date?
    ) -> [String: Entry] {
        let before = entries
        entries = Dictionary(
            pods.map { pod in
                var entry = Entry(uid: pod.metadata.uid)
                if let known = before[pod.metadata.name], known.uid == entry.uid { entry = known }
                entry.holding = entry.holding ?? holding(pod)
                entry.seat = entry.seat ?? seat(pod)
                return (pod.metadata.name, entry)
            }, uniquingKeysWith: { $1 })
        return before.filter { entries[$0.key] == nil }
    }
}
