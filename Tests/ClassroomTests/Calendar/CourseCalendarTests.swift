import Foundation
import Testing

@testable import Classroom

@Suite("Course calendar")
struct CourseCalendarTests {
    static let allDays = Set(Weekday.allCases)
    static let weekdays: Set<Weekday> = [.monday, .tuesday, .wednesday, .thursday, .friday]

    /// The instant of a text such as `2026-03-29T01:00:00+01:00`.
    static func instant(_ text: String) throws -> Date {
        try Date.ISO8601FormatStyle().parse(text)
    }

    static func calendar(_ zone: String, _ hours: [OpeningHours] = []) throws -> CourseCalendar {
        CourseCalendar(timeZone: try #require(TimeZone(identifier: zone)), openingHours: hours)
    }

    static func hours(_ days: Set<Weekday>, _ from: String, _ to: String) throws -> OpeningHours {
        OpeningHours(days: days, from: try LocalTime(from), to: try LocalTime(to))
    }

    @Test(
        "A day is from midnight to midnight, however long it is",
        arguments: [
            ("Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00", 23),
            ("Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T00:00:00+02:00", 25),
            ("Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25T00:00:00+02:00", 25),
            ("America/New_York", "2026-03-08T23:59:59-04:00", "2026-03-08T00:00:00-05:00", 23),
            ("America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-01T00:00:00-04:00", 25),
            ("Europe/Berlin", "2026-12-31T23:30:00+01:00", "2026-12-31T00:00:00+01:00", 24),
            ("Europe/Berlin", "2027-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00", 24),
            ("Europe/Berlin", "2028-02-29T10:00:00+01:00", "2028-02-29T00:00:00+01:00", 24),
            ("America/New_York", "2028-03-01T04:30:00+00:00", "2028-02-29T00:00:00-05:00", 24),
            // Midnight is shown twice.
            ("America/Havana", "2026-11-01T00:30:00-04:00", "2026-11-01T00:00:00-04:00", 25),
            ("America/Havana", "2026-11-01T00:30:00-05:00", "2026-11-01T00:00:00-04:00", 25),
            // Midnight is skipped.
            ("America/Havana", "2026-03-08T12:00:00-04:00", "2026-03-08T01:00:00-04:00", 23),
        ])
    func day(zone: String, at: String, start: String, hours: Int) throws {
        let interval = try #require(try Self.calendar(zone).interval(of: .day, at: Self.instant(at)))
        #expect(interval.start == (try Self.instant(start)))
        #expect(interval.duration == Double(hours) * 3600)
    }

    @Test(
        "A week is from Monday, over the end of the year and over a change of clocks",
        arguments: [
            ("Europe/Berlin", "2027-01-01T12:00:00+01:00", "2026-12-28T00:00:00+01:00", 168),
            ("Europe/Berlin", "2027-01-03T23:59:59+01:00", "2026-12-28T00:00:00+01:00", 168),
            ("Europe/Berlin", "2027-01-04T00:00:00+01:00", "2027-01-04T00:00:00+01:00", 168),
            ("Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-23T00:00:00+01:00", 167),
            ("America/New_York", "2026-10-26T00:00:00-04:00", "2026-10-26T00:00:00-04:00", 169),
            ("Europe/Berlin", "2028-03-01T00:00:00+01:00", "2028-02-28T00:00:00+01:00", 168),
        ])
    func week(zone: String, at: String, start: String, hours: Int) throws {
        let interval = try #require(try Self.calendar(zone).interval(of: .week, at: Self.instant(at)))
        #expect(interval.start == (try Self.instant(start)))
        #expect(interval.duration == Double(hours) * 3600)
    }

    @Test("A term has its last day whole, and there is none outside of it")
    func term() throws {
        var calendar = try Self.calendar("Europe/Berlin")
        #expect(calendar.interval(of: .term, at: try Self.instant("2026-10-01T00:00:00+02:00")) == nil)
        calendar.term = Term(from: try LocalDate("2026-10-01"), to: try LocalDate("2027-03-31"))
        let start = try Self.instant("2026-10-01T00:00:00+02:00")
        let end = try Self.instant("2027-04-01T00:00:00+02:00")
        for instant in [start, try Self.instant("2027-01-01T00:00:00+01:00"), end - 1] {
            #expect(calendar.interval(of: .term, at: instant) == DateInterval(start: start, end: end))
        }
        #expect(calendar.interval(of: .term, at: start - 1) == nil)
        #expect(calendar.interval(of: .term, at: end) == nil)
    }

    /// Where clocks change so near to midnight that what Foundation makes of it is no measure.
    static let changesAtMidnight = ["America/Havana", "Asia/Beirut", "America/St_Johns", "Pacific/Apia"]

    @Test(
        "Days and weeks follow each other without gap or overlap, and contain what they are asked for",
        arguments: [
            "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "UTC",
            "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu",
        ])
    func tiling(zone: String) throws {
        let calendar = try Self.calendar(zone)
        var foundation = Calendar(identifier: .gregorian)
        foundation.timeZone = calendar.timeZone
        for window in [BudgetWindow.day, .week] {
            var instant = try Self.instant("2010-01-01T00:00:00+00:00")
            let end = try Self.instant("2014-01-01T00:00:00+00:00")
            while instant < end {
                let interval = try #require(calendar.interval(of: window, at: instant))
                #expect(interval.start <= instant && instant < interval.end)
                #expect(calendar.interval(of: window, at: interval.end - 1) == interval)
                let next = try #require(calendar.interval(of: window, at: interval.end))
                #expect(next.start == interval.end)
                if window == .day, !Self.changesAtMidnight.contains(zone) {
                    #expect(foundation.startOfDay(for: interval.start + 12 * 3600) == interval.start)
                }
                instant = interval.end
            }
        }
    }

    @Test("Hours of the week open and close, and adjoining ones are one")
    func weekly() throws {
        let calendar = try Self.calendar(
            "Europe/Berlin",
            [
                Self.hours(Self.weekdays, "08:00", "20:00"), Self.hours([.friday], "20:00", "24:00"),
                Self.hours([.saturday], "00:00", "02:00"), Self.hours([.friday], "19:00", "21:00"),
            ])
        let monday = try Self.instant("2026-11-30T08:00:00+01:00")
        #expect(!calendar.isOpen(at: monday - 1) && calendar.isOpen(at: monday))
        #expect(calendar.closing(after: monday) == monday + 12 * 3600)
        #expect(calendar.closing(after: monday - 1) == nil)
        #expect(calendar.nextOpening(after: monday - 1) == monday)
        #expect(calendar.nextOpening(after: monday) == monday + 24 * 3600)
        let friday = monday + 4 * 86_400
        #expect(calendar.closing(after: friday) == friday + 18 * 3600)
        #expect(calendar.isOpen(at: friday + 17 * 3600) && !calendar.isOpen(at: friday + 18 * 3600))
        #expect(calendar.nextOpening(after: friday) == monday + 7 * 86_400)
        #expect(calendar.text(for: friday + 18 * 3600) == "Sat 5 Dec 02:00")
    }

    @Test("A course without hours, or with all of them, is always open")
    func alwaysOpen() throws {
        for hours in [[], [try Self.hours(Self.allDays, "00:00", "24:00")]] {
            let calendar = try Self.calendar("Europe/Berlin", hours)
            for text in ["2026-03-29T01:59:59+01:00", "2026-10-25T02:30:00+01:00", "2026-12-31T23:59:59+01:00"] {
                #expect(calendar.isOpen(at: try Self.instant(text)))
                #expect(calendar.closing(after: try Self.instant(text)) == nil)
                #expect(calendar.nextOpening(after: try Self.instant(text)) == nil)
            }
        }
    }

    @Test(
        "Hours that touch the hour that a clock skips or shows twice are open for what there is of them",
        arguments: [
            // The clock goes from 02:00 to 03:00.
            ("Europe/Berlin", "01:00", "02:30", "2026-03-29T01:00:00+01:00", 60),
            ("Europe/Berlin", "02:30", "04:00", "2026-03-29T03:00:00+02:00", 60),
            ("Europe/Berlin", "01:30", "03:30", "2026-03-29T01:30:00+01:00", 60),
            ("America/New_York", "01:00", "04:00", "2026-03-08T01:00:00-05:00", 120),
            // The clock goes from 03:00 to 02:00, in New York from 02:00 to 01:00.
            ("Europe/Berlin", "01:00", "02:30", "2026-10-25T01:00:00+02:00", 150),
            ("Europe/Berlin", "02:30", "04:00", "2026-10-25T02:30:00+02:00", 150),
            ("Europe/Berlin", "01:30", "03:30", "2026-10-25T01:30:00+02:00", 180),
            ("America/New_York", "01:00", "01:30", "2026-11-01T01:00:00-04:00", 90),
        ])
    func changeOfClocks(zone: String, from: String, to: String, start: String, minutes: Int) throws {
        let calendar = try Self.calendar(zone, [Self.hours(Self.allDays, from, to)])
        let start = try Self.instant(start)
        #expect(calendar.isOpen(at: start) && !calendar.isOpen(at: start - 1))
        #expect(calendar.closing(after: start) == start + Double(minutes) * 60)
        #expect(calendar.nextOpening(after: start - 1) == start)
    }

    @Test("Hours within the skipped hour wait for the next week")
    func skippedHours() throws {
        let calendar = try Self.calendar("Europe/Berlin", [Self.hours([.sunday], "02:10", "02:50")])
        let before = try Self.instant("2026-03-28T12:00:00+01:00")
        #expect(calendar.nextOpening(after: before) == (try Self.instant("2026-04-05T02:10:00+02:00")))
    }

    @Test("An exam is on from its first instant to its last, and the next one is the nearest")
    func exams() throws {
        let first = Exam(
            from: try Self.instant("2026-12-01T08:00:00+00:00"), to: try Self.instant("2026-12-01T11:00:00+00:00"))
        let second = Exam(from: first.to, to: first.to + 3600, connections: 2)
        let calendar = CourseCalendar(exams: [second, first])
        #expect(calendar.exam(at: first.from - 1) == nil && calendar.nextExam(after: first.from - 1) == first)
        #expect(calendar.exam(at: first.from) == first && calendar.nextExam(after: first.from) == second)
        #expect(calendar.exam(at: first.to) == second && calendar.exam(at: second.to) == nil)
        #expect(calendar.nextExam(after: second.from) == nil)
    }

    @Test("An instant is told in the course's time zone")
    func words() throws {
        let instant = try Self.instant("2026-11-30T07:00:59+00:00")
        #expect(try Self.calendar("Europe/Berlin").text(for: instant) == "Mon 30 Nov 08:00")
        #expect(try Self.calendar("America/New_York").text(for: instant) == "Mon 30 Nov 02:00")
        #expect(try Self.calendar("Asia/Kathmandu").text(for: instant) == "Mon 30 Nov 12:45")
    }
}
