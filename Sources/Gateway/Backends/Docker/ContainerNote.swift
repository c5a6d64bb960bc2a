import Classroom
import Foundation

/// What gateways write on a lab on one host: a record, as containers' labels cannot change.
struct ContainerNote: Record {
    static let kind = RecordKind(name: "lab-note", ownerKey: "container")

    /// When it was last interacted with.
    var interaction: Date?
    /// When it last worked.
    var work: Date?
    /// True until its student may have it; of one that nobody makes any more, the home may still be somebody else's.
    var isUnfinished: Bool?
    /// Why it is stopped, in words for its student.
    var stopReason: String?
    /// What the student's ledger is to remember of that.
    var holdDown: Stop?

    /// - Parameter id: the container's.
    static func key(_ id: String) -> RecordKey { RecordKey(kind: kind, owner: id) }

    init() {}

    /// The same with this as well.
    func with(_ note: LabNote) -> ContainerNote {
        var new = self
        switch note {
        case .marks(let marks):
            new.interaction = marks[.interaction] ?? interaction
            new.work = marks[.work] ?? work
        case .stop(let stop):
            (new.stopReason, new.holdDown) = (stop.reason, stop.holdDown)
        }
        return new
    }

    var stop: StopNote? { stopReason.map { StopNote(reason: $0, holdDown: holdDown) } }

    var marks: ActivityMarks {
        var marks = ActivityMarks()
        (marks.interaction, marks.work) = (interaction, work)
        return marks
    }
}
