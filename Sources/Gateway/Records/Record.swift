import Classroom
import Foundation

/// What ``Records`` keep: a ``Ledger`` for each student, a ``WaitingRoom`` for each course.
protocol Record: Codable, Hashable, Sendable {
    /// The record of somebody who has none.
    init()
    static var kind: RecordKind { get }
}

extension Record {
    /// As JSON, the same for the same record.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding numbers, strings and their containers does not fail.
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }

    /// - Throws: what the decoder throws for text that is damaged, or of a version to come.
    init(text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
}

extension Ledger: Record {
    static let kind = RecordKind(name: "ledger", ownerKey: "labgate.dev/student")
}

extension WaitingRoom: Record {
    static let kind = RecordKind(name: "waiting-room", ownerKey: "labgate.dev/course")
}

/// The students' ledgers: what each holds now and has used.
typealias Ledgers = Records<Ledger>
/// The courses' waiting rooms: whose labs there are, and who waits for one.
typealias WaitingRooms = Records<WaitingRoom>
