import Classroom
import Foundation

/// What is written on a lab, for all gateways to know.
enum LabNote: Hashable, Sendable {
    /// When it was last used, in these ways.
    case marks([ActivityMark: Date])
    /// Why it is stopped, in words for its student, and what the student's ledger is to remember of that.
    case stop(StopNote)
}
