/// Durations as Go and Kubernetes tools write them: `30s`, `5m`, `1h30m`, `250ms`.
public enum DurationNotation {
    private static let units: [(name: String, milliseconds: Int)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    /// Longest duration that can be written, in milliseconds: ten years.
    private static let maximumMilliseconds = 10 * 366 * 24 * 3_600_000

    /// The duration that `text` stands for.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue` if it is not one or more whole numbers, each with a unit.
    public static func parse(_ text: String) throws(ClassroomError) -> Duration {
        var milliseconds = 0
        var rest = text[...]
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let count = Int(digits), name.isEmpty == false || text == "0" else {
                let advice = Int(text) != nil ? "\(text) has no unit; write \(text)s" : "write it like 30s, 5m or 1h30m"
                throw ClassroomError(.invalidValue, "is not a duration: \(advice)")
            }
            let factor = units.first { $0.name == name }?.milliseconds ?? (text == "0" ? 1 : 0)
            let (product, overflow) = count.multipliedReportingOverflow(by: factor)
            guard factor > 0, !overflow, product <= maximumMilliseconds - milliseconds else {
                throw ClassroomError(
                    .invalidValue, "is not a duration: units are h, m, s and ms, and 10 years the most")
            }
            milliseconds += product
        } while !rest.isEmpty
        return .milliseconds(milliseconds)
    }

    /// How a duration is written, to the millisecond.
    public static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        var text = ""
        for unit in units where milliseconds >= unit.milliseconds {
            text += "\(milliseconds / unit.milliseconds)\(unit.name)"
            milliseconds %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
