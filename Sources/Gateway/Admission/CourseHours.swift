import Foundation

/// What a course's calendar says of a moment.
struct CourseHours: Hashable, Sendable {
    /// Whether the course is open.
    var isOpen: Bool
    /// When the present opening ends; nil if it does not.
    var closing: Date?
    /// When the next opening begins; nil if none is known.
    var opening: Date?

    /// Refuses outside of the opening hours.
    func admission(course: String) -> Admission {
        isOpen ? .admitted : .refused(.closed(course: course, until: opening))
    }

    /// What is told while it closes soon, `within` so long; nil otherwise.
    func notice(course: String, at now: Date, within: Duration, when: (Date) -> String) -> String? {
        guard isOpen, let closing, closing <= now + within else { return nil }
        return "the course \(course) closes at \(when(closing))"
    }
}
