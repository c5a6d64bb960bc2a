import Foundation
import Glibc

/// A clock that runs by the monotonic one and was set at some moment.
struct ClusterTime: Sendable {
    private var date: Date
    private var instant: ContinuousClock.Instant

    /// How far the clock may be off: answers say whole seconds, are late now and then, and several API servers do not
    /// agree to the second.
    static let tolerance: TimeInterval = 5

    init(_ date: Date, at instant: ContinuousClock.Instant) {
        self.date = date
        self.instant = instant
    }

    func date(at instant: ContinuousClock.Instant) -> Date {
        let (seconds, attoseconds) = self.instant.duration(to: instant).components
        return date + Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// Reads an HTTP date (RFC 9110 §5.6.7), as `Sun, 06 Nov 1994 08:49:37 GMT`; nil if it is none.
    static func date(header: String) -> Date? {
        let words = header.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let numbers = ([words[1], words[3]] + words[4].split(separator: ":")).compactMap { Int32($0) }
        guard numbers.count == 5 else { return nil }
        var parts = tm()
        (parts.tm_mday, parts.tm_mon, parts.tm_year) = (numbers[0], Int32(month), numbers[1] - 1900)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[2], numbers[3], numbers[4])
        return Date(timeIntervalSince1970: TimeInterval(timegm(&parts)))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Sets the clock if it was off by more than the tolerance.
    ///
    /// - Parameters:
    ///   - date: of the server, in whole seconds, at some moment between `sent` and `received`.
    /// - Returns: how far it was put forward, in seconds; nil if it was right.
    mutating func note(
        _ date: Date, sent: ContinuousClock.Instant, received: ContinuousClock.Instant
    ) -> TimeInterval? {
        let (earliest, latest) = (date - Self.tolerance, date + 1 + Self.tolerance)
        let was = self.date(at: received)
        guard was < earliest || self.date(at: sent) > latest else { return nil }
        (self.date, instant) = (date, received)
        return date.timeIntervalSince(was)
    }
}
