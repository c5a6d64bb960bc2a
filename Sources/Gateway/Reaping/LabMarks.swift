import Foundation

/// When things happened in a lab last.
struct LabMarks: Hashable, Sendable {
    /// When its lab was created.
    var created: Date
    /// When the student typed or sent something last.
    var interaction: Date?
    /// When something ran in it last. "Cannot measure" counts as that, and is marked by whoever measures.
    var work: Date?

    /// Takes note of an interaction that may be later than the one that is known; nil if there is none.
    mutating func noteInteraction(_ date: Date?) {
        interaction = [interaction, date].compactMap(\.self).max()
    }

    /// The marks as they can be true: those older than the lab are another lab's, and those in the future are now.
    func plausible(at now: Date) -> LabMarks {
        func plausible(_ mark: Date?) -> Date? {
            guard let mark, mark >= created else { return nil }
            return min(mark, now)
        }
        return LabMarks(
            created: min(created, now), interaction: plausible(interaction), work: plausible(work))
    }
}
