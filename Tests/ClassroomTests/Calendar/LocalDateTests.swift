import Foundation
import Testing

@testable import Classroom

@Suite("Local date")
struct LocalDateTests {
    @Test("Every day of four centuries is the one that Foundation's calendar has, with its weekday")
    func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        // A prime step meets every weekday, month and kind of year.
        for dayNumber in stride(from: 0, through: 400 * 366, by: 13) {
            let date = LocalDate(dayNumber: dayNumber)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(dayNumber) * 86_400))
            #expect((date.year, date.month, date.day) == (parts.year, parts.month, parts.day))
            #expect(date.weekday == Weekday.allCases[((parts.weekday ?? 0) + 5) % 7])
            #expect(try LocalDate(date.description) == date)
        }
    }

    @Test("A date is written in one way, and must exist")
    func notation() throws {
        #expect(try LocalDate("2028-02-29").description == "2028-02-29")
        for text in ["2026-02-29", "2026-13-01", "2026-04-31", "2026-00-10", "2026-01-00", "1969-12-31", "2100-02-29"] {
            #expect(throws: ClassroomError(.invalidValue, "there is no day \(text)")) { try LocalDate(text) }
        }
        for text in ["2026-1-1", "01.10.2026", "2026-10-01T08:00", "+026-10-01", "", "2026-10-0\u{661}"] {
            #expect(throws: ClassroomError.self) { try LocalDate(text) }
        }
    }

    @Test("A time is written in one way; 24:00 is the end of the day")
    func times() throws {
        for text in ["00:00", "08:00", "23:59", "24:00"] { #expect(try LocalTime(text).description == text) }
        for text in ["24:01", "8:00", "08:60", "25:00", "08", "08:00:00", "-1:00", "", "0\u{661}:00"] {
            #expect(throws: ClassroomError.self) { try LocalTime(text) }
        }
    }
}
