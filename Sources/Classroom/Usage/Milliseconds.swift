package import Foundation

/// Whole milliseconds, in which usage is counted and kept: sums of them are exact, whatever their order.
package enum Milliseconds {
    /// The farthest from 1970 that a time can be, and the longest span: 270,000 years. Sums of a few of them fit.
    static let limit: Int64 = 8_640_000_000_000_000

    /// The nearest value within the limit.
    static func clamped(_ value: Int64) -> Int64 { min(max(value, -limit), limit) }

    /// Milliseconds from 1970 to a date, to the nearest one.
    package static func since1970(_ date: Date) -> Int64 {
        let value = (date.timeIntervalSince1970 * 1000).rounded()
        guard value > -Double(limit) else { return -limit }
        return value < Double(limit) ? Int64(value) : limit
    }

    /// The date so many milliseconds after 1970.
    package static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(clamped(milliseconds)) / 1000)
    }

    /// A date as it comes back after it was kept.
    package static func rounded(_ date: Date) -> Date { Self.date(since1970(date)) }

    /// The whole milliseconds of a duration; none of a negative one.
    static func of(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < limit / 1000 else { return limit }
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
