import Foundation

/// The engines' way to write points in time: RFC 3339 with up to nine digits behind the second; the year 1 is never.
enum EngineTime {
    /// Reads a point in time, to the microsecond at least; nil for never, and for what is none.
    static func date(_ text: String?) -> Date? {
        guard let text, !text.hasPrefix("0001-") else { return nil }
        let point = text.firstIndex(of: ".") ?? text.endIndex
        let fraction = text[point...].prefix { $0 == "." || $0.isNumber }
        let whole = try? Date(text[..<point] + text[fraction.endIndex...], strategy: .iso8601)
        return whole.map { $0 + (TimeInterval("0\(fraction)") ?? 0) }
    }
}
