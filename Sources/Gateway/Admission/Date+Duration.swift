import Foundation

extension Date {
    /// The time so much later.
    static func + (date: Date, duration: Duration) -> Date { date.addingTimeInterval(duration.timeInterval) }

    /// The time so much earlier.
    static func - (date: Date, duration: Duration) -> Date { date + (.zero - duration) }
}

extension Duration {
    /// In seconds, for arithmetic with dates.
    var timeInterval: TimeInterval {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
