import Foundation

@testable import Classroom

/// Days, weeks and a term in Berlin, where clocks change on 25 October 2026 and 28 March 2027.
enum BerlinWindows {
    static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: "Europe/Berlin") ?? .gmt
        return calendar
    }()

    static let term = DateInterval(start: date("2026-10-01T00:00"), end: date("2027-04-01T00:00"))

    /// A local time such as `2026-10-25T03:00`.
    static func date(_ text: String) -> Date {
        let numbers = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        let parts = DateComponents(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4])
        return calendar.date(from: parts) ?? .distantPast
    }

    static func interval(_ window: BudgetWindow, _ time: Date) -> DateInterval? {
        switch window {
        case .day: calendar.dateInterval(of: .day, for: time)
        case .week: calendar.dateInterval(of: .weekOfYear, for: time)
        case .term: term.start <= time && time < term.end ? term : nil
        }
    }
}
