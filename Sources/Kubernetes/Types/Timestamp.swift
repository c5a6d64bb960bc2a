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
}

extension JSONDecoder {
    /// A decoder for objects of the Kubernetes API.
    static func kubernetes() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom(Timestamp.decode)
        return decoder
    }
}
