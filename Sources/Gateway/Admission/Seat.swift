import Classroom
import Foundation

/// The place of a lab that exists or is about to.
struct Seat: Hashable, Sendable {
    /// The lab's pod.
    let pod: String
    /// When it was taken, in whole milliseconds.
    let since: Date

    init(pod: String, since: Date) {
        self.pod = pod
        self.since = Milliseconds.rounded(since)
    }
}

extension Seat: Codable {
    private enum CodingKeys: String, CodingKey {
        case pod, since
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pod = try container.decode(String.self, forKey: .pod)
        since = Milliseconds.date(try container.decode(Int64.self, forKey: .since))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pod, forKey: .pod)
        try container.encode(Milliseconds.since1970(since), forKey: .since)
    }
}
