public import Foundation

/// How a student's lab of a course was stopped last.
public struct Stop: Hashable, Sendable {
    /// Longest reason that is kept, in characters; the ledger's size is bounded.
    public static let maximumReasonLength = 200

    /// When.
    public let at: Date
    /// Why, in words for the student.
    public let reason: String
    /// Until then, logins without a terminal do not start the lab again.
    public let holdUntil: Date
    /// Whether the student asked for it.
    public let isDeliberate: Bool

    /// Makes a stop; times are kept in whole milliseconds, and a reason is cut to its greatest length.
    public init(at: Date, reason: String, holdUntil: Date, isDeliberate: Bool) {
        self.at = Milliseconds.rounded(at)
        self.reason = String(reason.prefix(Self.maximumReasonLength))
        self.holdUntil = Milliseconds.rounded(holdUntil)
        self.isDeliberate = isDeliberate
    }
}

extension Stop: Codable {
    private enum CodingKeys: String, CodingKey {
        case at, reason, holdUntil, isDeliberate
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            at: Milliseconds.date(try container.decode(Int64.self, forKey: .at)),
            reason: try container.decode(String.self, forKey: .reason),
            holdUntil: Milliseconds.date(try container.decode(Int64.self, forKey: .holdUntil)),
            isDeliberate: try container.decode(Bool.self, forKey: .isDeliberate))
    }

    /// Writes times in milliseconds since 1970.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Milliseconds.since1970(at), forKey: .at)
        try container.encode(reason, forKey: .reason)
        try container.encode(Milliseconds.since1970(holdUntil), forKey: .holdUntil)
        try container.encode(isDeliberate, forKey: .isDeliberate)
    }
}
