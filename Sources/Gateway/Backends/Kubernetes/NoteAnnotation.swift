import Classroom
import Foundation
import Kubernetes

/// What gateways write on a lab, as annotations of its pod.
///
/// Each mark of activity carries the pod's UID: a mark that was copied from an earlier pod, by whatever tool, is none.
enum NoteAnnotation {
    /// Why the lab is stopped, in words for its student.
    static let stopped = "labgate.dev/stopped"
    /// What the student's ledger is to remember of it: a `Stop` as JSON. None if nothing is held down.
    static let holdDown = "labgate.dev/hold-down"

    /// When the lab was last used in this way.
    static func key(_ mark: ActivityMark) -> String { "labgate.dev/last-\(mark.rawValue)" }
}

extension LabNote {
    /// The annotations that say so; those without a value are taken away.
    func annotations(uid: String) -> [String: String?] {
        switch self {
        case .marks(let marks):
            Dictionary(
                uniqueKeysWithValues: marks.map {
                    (NoteAnnotation.key($0.key), "\(uid) \($0.value.formatted(.iso8601))")
                })
        case .stop(let note):
            [NoteAnnotation.stopped: note.reason, NoteAnnotation.holdDown: note.holdDown?.annotation]
        }
    }
}

extension ActivityMarks {
    /// What a pod's annotations say.
    init(_ pod: Pod) {
        func date(_ mark: ActivityMark) -> Date? {
            pod.metadata.annotations[NoteAnnotation.key(mark)].flatMap { Self.date($0, uid: pod.metadata.uid) }
        }
        interaction = date(.interaction)
        work = date(.work)
        unreadable = Set(
            ActivityMark.allCases.filter {
                pod.metadata.annotations[NoteAnnotation.key($0)] != nil && date($0) == nil
            })
    }

    private static func date(_ text: String, uid: String) -> Date? {
        let fields = text.split(separator: " ")
        guard fields.count == 2, fields[0] == uid else { return nil }
        return try? Date(String(fields[1]), strategy: .iso8601)
    }
}

extension Pod {
    /// Why the lab was stopped, if it was; its pod may still be there. What is to be remembered of that and cannot be
    /// read is not remembered.
    var stopNote: StopNote? {
        metadata.annotations[NoteAnnotation.stopped].map { reason in
            StopNote(reason: reason, holdDown: metadata.annotations[NoteAnnotation.holdDown].flatMap(Stop.init))
        }
    }
}

extension Stop {
    /// As a pod's annotation has it.
    fileprivate var annotation: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: nil for text that is none.
    fileprivate init?(annotation: String) {
        guard let stop = try? JSONDecoder().decode(Stop.self, from: Data(annotation.utf8)) else { return nil }
        self = stop
    }
}
