import Foundation

/// Times of a day in tests.
enum Clock {
    /// Some midnight, UTC.
    static let midnight = Date(timeIntervalSince1970: 1_796_083_200)

    /// A time of that day, such as `14:02`; hours go on beyond 24.
    static func at(_ text: String) -> Date {
        let numbers = text.split(separator: ":").compactMap { Double($0) }
        return midnight + (numbers[0] * 3600 + numbers[1] * 60)
    }

    /// How a time is told: the reverse of ``at(_:)``.
    static func text(_ date: Date) -> String {
        let minutes = Int(date.timeIntervalSince(midnight)) / 60
        return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }
}
