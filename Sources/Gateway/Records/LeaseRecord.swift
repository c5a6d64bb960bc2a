import Classroom
import Foundation

/// What a ``LeaseRecords`` keeps: a ``Ledger`` for each student, a ``WaitingRoom`` for each course.
protocol LeaseRecord: Codable, Hashable, Sendable {
    /// The record of somebody who has none.
    init()
    /// The Leases' label `app.kubernetes.io/component`.
    static var component: String { get }
    /// The annotation that says exactly whose a Lease is; a label of the same key helps kubectl's users.
    static var ownerKey: String { get }
}

extension LeaseRecord {
    /// The annotation that holds the record.
    static var annotation: String { "labgate.dev/\(component)" }

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

extension Ledger: LeaseRecord {
    static let component = "ledger"
    static let ownerKey = LabPod.Annotation.student
}

extension WaitingRoom: LeaseRecord {
    static let component = "waiting-room"
    static let ownerKey = LabPod.Annotation.course
}

/// The students' ledgers: what each holds now and has used.
typealias Ledgers = LeaseRecords<Ledger>
/// The courses' waiting rooms: whose labs there are, and who waits for one.
typealias WaitingRooms = LeaseRecords<WaitingRoom>
