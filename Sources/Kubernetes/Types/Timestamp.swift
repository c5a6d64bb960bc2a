import Foundation

/// The API's points in time: RFC 3339, in seconds (`Time`) or microseconds (`MicroTime`).
enum Timestamp {
    /// A decoding strategy for both forms.
    @Sendable static func decode(_ decoder: any Decoder) throws -> Date {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        if let date = parse(text) { return date }
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no RFC 3339 timestamp")
    }

    /// The point in time, or nil if the text is none.
    static func parse(_ text: String) -> Date? {
        (try? Date.ISO8601FormatStyle().parse(text))
            ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
    }

    /// The point in time as a `Time`, in seconds.
    static func time(_ date: Date) -> String { date.formatted(.iso8601) }

    /// The point in time as a `MicroTime`, always with 6 digits after the point: API servers take no fewer.
    static func microTime(_ date: Date) -> String {
        let perSecond = 1_000_000
        let (seconds, fraction) = Int((date.timeIntervalSince1970 * Double(perSecond)).rounded())
            .quotientAndRemainder(dividingBy: perSecond)
        let whole = time(Date(timeIntervalSince1970: Double(seconds))).dropLast()
        return "\(whole).\(String(perSecond + fraction).dropFirst())Z"
    }
}

extension JSONDecoder {
    /// A decoder for objects of the Kubernetes API.
    static func kubernetes() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom(Timestamp.decode)
        return decoder
    }
}
