import Foundation

/// Which labs there were, and what the records said of each while its lab was there.
///
/// When the lab has gone, a record that says something else speaks of the next lab: its student has come back in the
/// meantime, and what the new one holds must not be taken away.
struct LabRoll: Sendable {
    /// What tells a lab from the next one of the same name, in each record: when it began there.
    struct Entry: Hashable, Sendable {
        /// The lab's UID.
        let uid: String
        /// Of the holding in the student's ledger; nil if there was none.
        var holding: Date?
        /// Of the seat in the course's waiting room; nil if there was none.
        var seat: Date?
    }

    /// By the labs' names.
    private var entries: [String: Entry] = [:]

    /// Whether a call would tell nothing new: these are the labs that there were, and it is known what the ledgers have
    /// said of each.
    func isUpToDate(with labs: [Lab]) -> Bool {
        labs.count == entries.count
            && labs.allSatisfy { lab in
                guard let entry = entries[lab.name] else { return false }
                return entry.uid == lab.uid && entry.holding != nil
            }
    }

    /// Takes note of the labs that there are.
    ///
    /// The records are to be read before the labs: what they say of a lab that is there then cannot be about a later
    /// one. What was seen first of a lab stays, for a later entry may be about the one that will follow.
    ///
    /// - Returns: those that have gone since the last time, by name.
    mutating func call(
        _ labs: [Lab], holding: (Lab) -> Date?, seat: (Lab) -> Date?
    ) -> [String: Entry] {
        let before = entries
        entries = Dictionary(
            labs.map { lab in
                var entry = Entry(uid: lab.uid)
                if let known = before[lab.name], known.uid == entry.uid { entry = known }
                entry.holding = entry.holding ?? holding(lab)
                entry.seat = entry.seat ?? seat(lab)
                return (lab.name, entry)
            }, uniquingKeysWith: { $1 })
        return before.filter { entries[$0.key] == nil }
    }
}
