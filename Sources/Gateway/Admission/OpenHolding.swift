import Classroom
import Foundation

/// Something that this gateway holds for a student, as it is noted in the ledger.
struct OpenHolding: Hashable, Sendable {
    /// As in the ledger.
    let id: String
    /// A connection or a lab session.
    let kind: HoldingKind
    let student: String
    let course: String
    /// The connection that it is, or that it is on.
    let connection: String
    /// When it was noted.
    let since: Date

    /// As it is noted anew.
    func holding(by replica: String, since: Date) -> Holding {
        Holding(id: id, kind: kind, course: course, holder: replica, since: since)
    }
}
