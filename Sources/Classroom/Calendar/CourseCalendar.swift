public import Foundation

/// When a course is what: its windows of usage, opening hours and exams, all in one time zone.
///
/// Pure and cheap: a few microseconds for each question.
public struct CourseCalendar: Hashable, Sendable {
    /// The time zone of everything here.
    public var timeZone: TimeZone
    /// The term; nil if budgets have none.
    public var term: Term?
    /// When the course is open; empty for always.
    public var openingHours: [OpeningHours]
    /// The exams; they do not overlap.
    public var exams: [Exam]

    /// Hours are weekly, so whoever looks this many days ahead has seen each of them twice, also when one of them falls
    /// into an hour that a clock skips.
    private static let horizon = 15

    /// Makes a calendar; by default always open, in UTC.
    public init(
        timeZone: TimeZone = .gmt,
        term: Term? = nil,
        openingHours: [OpeningHours] = [],
        exams: [Exam] = []
    ) {
        self.timeZone = timeZone
        self.term = term
        self.openingHours = openingHours
        self.exams = exams
    }

    private var clock: LocalClock { LocalClock(timeZone: timeZone) }

    /// The window of a time budget that contains an instant, from its first instant to the first after it.
    ///
    /// A day is from midnight to midnight on local clocks, 23 to 25 hours when they change; a week begins on Monday.
    /// nil outside of the term.
    public func interval(of window: BudgetWindow, at instant: Date) -> DateInterval? {
        let clock = clock
        let day = clock.day(at: instant)
        func interval(from first: LocalDate, until end: LocalDate) -> DateInterval {
            DateInterval(start: clock.start(of: first), end: clock.start(of: end))
        }
        switch window {
        case .day: return interval(from: day, until: day + 1)
        case .week: return interval(from: day.monday, until: day.monday + 7)
        case .term:
            guard let term, term.from <= day, day <= term.to else { return nil }
            return interval(from: term.from, until: term.to + 1)
        }
    }

    /// Whether the course is open.
    public func isOpen(at instant: Date) -> Bool {
        openingHours.isEmpty || openings(from: instant, days: 0).contains { $0.contains(instant) }
    }

    /// When the present opening ends; openings that adjoin or overlap are one.
    ///
    /// nil if the course is always open, and also if it is closed at the instant.
    public func closing(after instant: Date) -> Date? {
        var end: Date?
        for opening in openings(from: instant, days: Self.horizon) {
            if opening.contains(instant) || end.map({ opening.start <= $0 }) == true {
                end = max(end ?? opening.end, opening.end)
            } else if end != nil {
                return end
            }
        }
        return nil
    }

    /// When the course opens next after an instant at which it is closed, or after the present opening has ended.
    ///
    /// nil if it is always open.
    public func nextOpening(after instant: Date) -> Date? {
        if isOpen(at: instant) {
            return closing(after: instant).flatMap { nextOpening(after: $0) }
        }
        return openings(from: instant, days: Self.horizon).first { $0.start > instant }?.start
    }

    /// The exam that is on.
    public func exam(at instant: Date) -> Exam? {
        exams.first { $0.from <= instant && instant < $0.to }
    }

    /// The exam that begins next.
    public func nextExam(after instant: Date) -> Exam? {
        exams.filter { $0.from > instant }.min { $0.from < $1.from }
    }

    /// An instant in words for students, to the minute, in the course's time zone: `Mon 30 Nov 08:00`.
    public func text(for instant: Date) -> String {
        let (day, seconds) = clock.wall(at: instant)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = LocalTime(hour: seconds / 3600, minute: seconds / 60 % 60) ?? .midnight
        return "\(day.weekday.rawValue.capitalized) \(day.day) \(months[day.month - 1]) \(time)"
    }

    /// A span of time without its end.
    private struct Opening {
        let start: Date
        let end: Date

        func contains(_ instant: Date) -> Bool { start <= instant && instant < end }
    }

    /// The openings from the day before an instant on, in order of their start.
    ///
    /// From the day before, because what begins there may end after a midnight that a clock shows twice. An opening
    /// begins when its time is shown first and ends when its time is shown last, so that the doubled hour is open for
    /// all its length; one that lies in a skipped hour is left out.
    private func openings(from instant: Date, days: Int) -> [Opening] {
        let clock = clock
        let today = clock.day(at: instant)
        return (-1...days).flatMap { offset in
            let day = today + offset
            return openingHours.filter { $0.days.contains(day.weekday) }.compactMap { hours in
                let start = clock.instant(of: day, hours.from, .first)
                let end =
                    hours.to == .endOfDay ? clock.start(of: day + 1) : clock.instant(of: day, hours.to, .last)
                return start < end ? Opening(start: start, end: end) : nil
            }
        }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }
}
