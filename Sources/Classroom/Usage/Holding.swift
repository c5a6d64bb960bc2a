public import Foundation

/// Something that a student holds now.
///
/// It is not rewritten while it lasts: its time counts from ``since`` to now, until somebody closes it.
public struct Holding: Hashable, Sendable {
    /// Unique among all that the student ever holds.
    public let id: String
    /// What it is.
    public let kind: HoldingKind
    /// The course that it belongs to.
    public let course: String
    /// The replica that holds it; for a lab, the name of its pod.
    public let holder: String
    /// When it began, in whole milliseconds.
    public let since: Date
    /// Of a lab, what its CPU counter showed when it was last read, or at its beginning; nil if neither is known.
    public internal(set) var cpuBase: Duration?
    /// When that was.
    public internal(set) var cpuReadAt: Date?

    /// Makes a holding that begins at a time.
    ///
    /// - Parameter cpuBase: of a lab, where its CPU time is counted from; nil for from its first reading on.
    public init(
        id: String, kind: HoldingKind, course: String, holder: String, since: Date, cpuBase: Duration? = nil
    ) {
        self.id = id
        self.kind = kind
        self.course = course
        self.holder = holder
        self.since = Milliseconds.rounded(since)
        self.cpuBase = cpuBase
    }
}

extension Holding: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, kind, course, holder, since, cpuBase, cpuReadAt
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        kind = try container.decode(HoldingKind.self, forKey: .kind)
        course = try container.decode(String.self, forKey: .course)
        holder = try container.decode(String.self, forKey: .holder)
        since = Milliseconds.date(try container.decode(Int64.self, forKey: .since))
        cpuBase = try container.decodeIfPresent(Int64.self, forKey: .cpuBase)
            .map { .milliseconds(min(max($0, 0), Milliseconds.limit)) }
        cpuReadAt = try container.decodeIfPresent(Int64.self, forKey: .cpuReadAt).map(Milliseconds.date)
    }

    /// Writes times in milliseconds since 1970, and CPU time in milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(course, forKey: .course)
        try container.encode(holder, forKey: .holder)
        try container.encode(Milliseconds.since1970(since), forKey: .since)
        try container.encodeIfPresent(cpuBase.map(Milliseconds.of), forKey: .cpuBase)
        try container.encodeIfPresent(cpuReadAt.map(Milliseconds.since1970), forKey: .cpuReadAt)
    }
}
