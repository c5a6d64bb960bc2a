import Foundation

/// A way in which a lab is used.
enum ActivityMark: String, CaseIterable, Sendable {
    case interaction
    case work
}

/// When a lab was last used, as is written on it: what all replicas know, and what outlives them.
struct ActivityMarks: Hashable, Sendable {
    /// When the student last typed or sent something; nil if no mark says.
    var interaction: Date?
    /// When the lab last used its CPU above the course's floor; nil if no mark says.
    var work: Date?
    /// Marks that are there and cannot be read, or are another lab's.
    var unreadable: Set<ActivityMark> = []

    /// How far gateways' clocks may be apart.
    private static let clockTolerance: TimeInterval = 60

    /// The marks that are there and cannot be true: unreadable, another lab's, or of a time to come.
    func damaged(at now: Date) -> Set<ActivityMark> {
        let limit = now + Self.clockTolerance
        var damaged = unreadable
        if let interaction, interaction > limit { damaged.insert(.interaction) }
        if let work, work > limit { damaged.insert(.work) }
        return damaged
    }
}
