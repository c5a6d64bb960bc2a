import Foundation

extension Date {
    /// The time so much later.
    static func + (date: Date, duration: Duration) -> Date {
        let (seconds, attoseconds) = duration.components
        return date.addingTimeInterval(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// The time so much earlier.
    static func - (date: Date, duration: Duration) -> Date { date + (.zero - duration) }
}
