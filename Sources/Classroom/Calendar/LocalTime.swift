/// A time of day on a wall clock, to the minute; `24:00` is the end of the day.
public struct LocalTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The day's first instant.
    public static let midnight = LocalTime(minutes: 0)
    /// The day's end.
    public static let endOfDay = LocalTime(minutes: 24 * 60)

    /// Minutes that a wall clock has gone on since midnight.
    let minutes: Int

    private init(minutes: Int) {
        self.minutes = minutes
    }

    /// Makes a time; nil if no clock shows it. 24:00 is allowed.
    public init?(hour: Int, minute: Int) {
        guard (0...23).contains(hour) && (0...59).contains(minute) || (hour, minute) == (24, 0) else { return nil }
        self.minutes = hour * 60 + minute
    }

    /// Reads `08:00`.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue`.
    public init(_ text: String) throws(ClassroomError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isShaped =
            parts.map(\.utf8.count) == [2, 2]
            && parts.allSatisfy { $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
        guard isShaped, let hour = Int(parts[0]), let minute = Int(parts[1]),
            let time = LocalTime(hour: hour, minute: minute)
        else { throw ClassroomError(.invalidValue, "\(text) is not a time of day; write it like \"08:00\"") }
        self = time
    }

    /// `08:00`.
    public var description: String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// Whether one time is earlier in the day.
    public static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }
}
