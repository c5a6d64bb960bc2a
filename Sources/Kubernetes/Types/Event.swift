public import Foundation

/// The part of a core/v1 `Event` that this client uses: one thing that happened to an object.
public struct Event: Hashable, Sendable {
    /// `Normal` or `Warning`.
    public var type: String
    /// The machine-readable reason, such as `FailedScheduling` or `Pulling`.
    public var reason: String
    /// The sentence meant for people.
    public var message: String
    /// How often it happened; repeated events are counted, not repeated.
    public var count: Int
    /// When it happened last, as far as the reporter says.
    public var lastTimestamp: Date?

    /// Makes an event by hand.
    public init(type: String, reason: String, message: String, count: Int = 1, lastTimestamp: Date? = nil) {
        self.type = type
        self.reason = reason
        self.message = message
        self.count = count
        self.lastTimestamp = lastTimestamp
    }
}

extension Event: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, reason, message, count, lastTimestamp, eventTime
    }

    /// Decodes an event; whatever is missing is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        count = try container.decodeIfPresent(Int.self, forKey: .count) ?? 1
        // Reporters of the newer events API fill eventTime alone.
        lastTimestamp =
            try container.decodeIfPresent(Date.self, forKey: .lastTimestamp)
            ?? container.decodeIfPresent(Date.self, forKey: .eventTime)
    }
}
