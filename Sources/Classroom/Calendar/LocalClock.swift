import Foundation

/// Which instants a time zone's dates and wall-clock times are, right over every change of its offset.
///
/// Foundation's `Calendar` leaves open what it makes of times that a clock skips or shows twice; here it is said.
struct LocalClock {
    /// Which instant is meant when a clock shows one time twice.
    enum Occurrence {
        case first
        case last
    }

    let timeZone: TimeZone

    private static let secondsPerDay = 86_400

    /// The day that contains an instant.
    func day(at instant: Date) -> LocalDate {
        let seconds = wallSeconds(at: instant)
        let day = LocalDate(dayNumber: seconds.floored(by: Self.secondsPerDay))
        // A clock that is set back over midnight shows the old date once more, after the new one has begun.
        return start(of: day + 1) <= instant ? day + 1 : day
    }

    /// The first instant of a day; 00:00 unless a clock skips it.
    func start(of day: LocalDate) -> Date {
        self.instant(of: day, .midnight, .first)
    }

    /// The instant at which a clock shows a time. For a time that is skipped, the instant of the skip.
    func instant(of day: LocalDate, _ time: LocalTime, _ occurrence: Occurrence) -> Date {
        let wall = day.dayNumber * Self.secondsPerDay + time.minutes * 60
        // Offsets are less than a day, so these are on either side of every change that can matter.
        let (before, after) = (offset(at: wall - Self.secondsPerDay), offset(at: wall + Self.secondsPerDay))
        let candidates = [wall - before, wall - after].filter { $0 + offset(at: $0) == wall }
        let found = occurrence == .first ? candidates.min() : candidates.max()
        return date(found ?? change(between: wall - max(before, after), and: wall - min(before, after)))
    }

    /// What a clock shows at an instant: the day, and seconds since its midnight.
    func wall(at instant: Date) -> (day: LocalDate, seconds: Int) {
        let seconds = wallSeconds(at: instant)
        let day = seconds.floored(by: Self.secondsPerDay)
        return (LocalDate(dayNumber: day), seconds - day * Self.secondsPerDay)
    }

    private func wallSeconds(at instant: Date) -> Int {
        let seconds = Int(instant.timeIntervalSince1970.rounded(.down))
        return seconds + offset(at: seconds)
    }

    private func offset(at seconds: Int) -> Int {
        timeZone.secondsFromGMT(for: date(seconds))
    }

    private func date(_ seconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(seconds))
    }

    /// The first second in a range that has the offset of the range's end.
    private func change(between start: Int, and end: Int) -> Int {
        var (low, high) = (start, end)
        let target = offset(at: end)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if offset(at: middle) == target { high = middle } else { low = middle }
        }
        return high
    }
}
