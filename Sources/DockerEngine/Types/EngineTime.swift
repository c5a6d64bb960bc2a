import Foundation

/// The engines' way to write points in time: RFC 3339 with up to nine digits behind the second; the year 1 is never.
enum EngineTime {
    /// Reads a point in time, to the second; nil for never, and for what is none.
    static func date(_ text: String?) -> Date? {
        guard let text, !text.hasPrefix("0001-") else { return nil }
        let fraction = text.firstIndex(of: ".")
        let rest = fraction.map { text[text.index(after: $0)...].drop(while: \.isNumber) } ?? ""
        let whole = fraction.map { String(text[..<$0]) + rest } ?? text
        return try? Date(whole, strategy: .iso8601)
    }
}
