import Classroom
import Foundation

/// A student who waits for a seat.
struct Waiter: Hashable, Sendable {
    /// The student's name.
    let student: String
    /// When the student came, in whole milliseconds.
    let joined: Date
    /// When a connection of the student was seen last, in whole milliseconds.
    private(set) var seen: Date

    init(student: String, joined: Date) {
        self.student = student
        self.joined = Milliseconds.rounded(joined)
        seen = self.joined
    }

    /// Notes that the student is here. Replicas' clocks differ a little, so that it is never taken back.
    mutating func see(at now: Date) { seen = max(seen, Milliseconds.rounded(now)) }

    /// Takes back a time that has not come yet: a clock was wrong, and nobody may wait for it to be right.
    mutating func limitSeen(to now: Date) { seen = min(seen, Milliseconds.rounded(now)) }
}

extension Waiter: Codable {
    private enum CodingKeys: String, CodingKey {
        case student, joined, seen
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        student = try container.decode(String.self, forKey: .student)
        joined = Milliseconds.date(try container.decode(Int64.self, forKey: .joined))
        seen = Milliseconds.date(try container.decode(Int64.self, forKey: .seen))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(student, forKey: .student)
        try container.encode(Milliseconds.since1970(joined), forKey: .joined)
        try container.encode(Milliseconds.since1970(seen), forKey: .seen)
    }
}
