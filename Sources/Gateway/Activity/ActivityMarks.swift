import Foundation
import Kubernetes

/// When a lab was last used, as annotations of its pod say: what all replicas know, and what outlives them.
///
/// Each mark carries the pod's UID: a mark that was copied from an earlier pod, by whatever tool, is none.
struct ActivityMarks: Hashable, Sendable {
    /// Keys of the annotations.
    enum Annotation {
        static let interaction = "labgate.dev/last-interaction"
        static let work = "labgate.dev/last-work"
    }

    /// When the student last typed or sent something; nil if no mark says.
    let interaction: Date?
    /// When the lab last used its CPU above the course's floor; nil if no mark says.
    let work: Date?

    init(_ pod: Pod) {
        interaction = Self.date(pod.metadata.annotations[Annotation.interaction], uid: pod.metadata.uid)
        work = Self.date(pod.metadata.annotations[Annotation.work], uid: pod.metadata.uid)
    }

    /// The annotation's value for a mark.
    static func text(_ date: Date, uid: String) -> String {
        "\(uid) \(date.formatted(.iso8601))"
    }

    /// How far gateways' clocks may be apart.
    private static let clockTolerance: TimeInterval = 60

    /// The keys of marks that are there and cannot be true: unreadable, another pod's, or of a time to come.
    static func damagedKeys(_ pod: Pod, at now: Date) -> [String] {
        [Annotation.interaction, Annotation.work].filter { key in
            guard let text = pod.metadata.annotations[key] else { return false }
            return date(text, uid: pod.metadata.uid).map { $0 > now + clockTolerance } ?? true
        }
    }

    private static func date(_ text: String?, uid: String) -> Date? {
        let fields = text?.split(separator: " ") ?? []
        guard fields.count == 2, fields[0] == uid else { return nil }
        return try? Date(String(fields[1]), strategy: .iso8601)
    }
}
