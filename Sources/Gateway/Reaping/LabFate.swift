import Foundation

/// What is to become of a lab at a moment, from what is known of it alone.
enum LabFate: Hashable, Sendable {
    /// It stays until then at least; it would end then for this reason if nothing happened any more.
    case keeps(until: Date, because: EndReason)
    /// It ends then, soon enough to tell.
    case warns(until: Date, because: EndReason)
    /// It is to end now.
    case ends(because: EndReason)

    /// - Parameter graceUntil: nothing ends before then, because nobody has watched for a while.
    init(of marks: LabMarks, limits: IdleLimits, at now: Date, graceUntil: Date? = nil) {
        let marks = marks.plausible(at: now)
        let (end, limit, reason) = Self.end(of: marks, limits)
        let until = max(end, graceUntil ?? end)
        if until <= now {
            self = .ends(because: reason)
        } else if until <= now + limits.firstWarning(of: limit) {
            self = .warns(until: until, because: reason)
        } else {
            self = .keeps(until: until, because: reason)
        }
    }

    /// When it ends if nothing happens any more: from disuse or of age, whichever comes first.
    private static func end(of marks: LabMarks, _ limits: IdleLimits) -> (Date, limit: Duration, EndReason) {
        let ofAge = (marks.created + limits.maximumAge, limits.maximumAge, EndReason.age(limits.maximumAge))
        guard let limit = limits.lab else { return ofAge }
        let work = limits.workKeepsLab ? marks.work : nil
        let lastUse = [marks.created, marks.interaction, work].compactMap(\.self).max() ?? marks.created
        guard lastUse + limit <= ofAge.0 else { return ofAge }
        let reason = EndReason.unused(
            interaction: marks.interaction, work: work, workCounts: limits.workKeepsLab)
        return (lastUse + limit, limit, reason)
    }
}
