import Foundation

/// What is to become of a lab session at a moment: it lives on interaction alone.
enum LabSessionFate: Hashable, Sendable {
    /// It stays until then at least; nil is for as long as it likes.
    case keeps(until: Date?, because: EndReason)
    /// It ends then, soon enough to tell.
    case warns(until: Date, because: EndReason)
    /// It is to end now.
    case ends(because: EndReason)

    /// - Parameters:
    ///   - opened: when it began; an interaction before that is another's.
    ///   - interaction: when the student typed or sent something in it last.
    init(opened: Date, interaction: Date?, limits: IdleLimits, at now: Date) {
        let marks = LabMarks(created: opened, interaction: interaction).plausible(at: now)
        let lastUse = marks.interaction ?? marks.created
        let reason = EndReason.silent(since: lastUse)
        guard let limit = limits.labSession else {
            self = .keeps(until: nil, because: reason)
            return
        }
        let until = lastUse + limit
        if until <= now {
            self = .ends(because: reason)
        } else if until <= now + limits.firstWarning(of: limit) {
            self = .warns(until: until, because: reason)
        } else {
            self = .keeps(until: until, because: reason)
        }
    }
}
