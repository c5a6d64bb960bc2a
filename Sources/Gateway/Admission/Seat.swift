import Classroom
import Foundation

/// The place of a lab that exists or is about to.
struct Seat: Hashable, Sendable {
    /// Its ``LabName/lab``.
    let lab: String
    /// When it was taken, in whole milliseconds.
    let since: Date

    init(lab: String, since: Date) {
        self.lab = lab
        self.since = Milliseconds.rounded(since)
    }
}

extension Seat: Codable {
    private enum CodingKeys: String, CodingKey {
        case lab = "pod"
        case since
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        lab = try container.decode(String.self, forKey: .lab)
        since = Milliseconds.date(try container.decode(Int64.self, forKey: .since))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lab, forKey: .lab)
        try container.encode(Milliseconds.since1970(since), forKey: .since)
    }
}
