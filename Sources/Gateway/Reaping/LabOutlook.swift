import Classroom
import Foundation
import Kubernetes

/// What is to become of labs, as far as this gateway knows: from their pods, and from what it has seen itself.
struct LabOutlook: Sendable {
    let classroom: @Sendable () -> Classroom
    let pods: PodCache
    let uses: LabUses

    /// The course that a lab is of, if there still is one.
    func course(of pod: Pod) -> Course? {
        pod.metadata.annotations[LabPod.Annotation.course].flatMap { classroom().courses[$0] }
    }

    /// - Parameters:
    ///   - graceUntil: nothing ends before then.
    ///   - work: when something ran in it last, as far as this gateway knows.
    /// - Returns: nil if the lab's course is gone.
    func fate(of pod: Pod, at now: Date, graceUntil: Date? = nil, work: Date? = nil) -> LabFate? {
        var marks = LabMarks(pod)
        if let work { marks.work = max(marks.work ?? work, work) }
        if let seen = uses.interaction(withPod: pod.metadata.name, now: now) {
            marks.interaction = max(marks.interaction ?? seen, seen)
        }
        return course(of: pod).map { LabFate(of: marks, limits: IdleLimits($0.idle), at: now, graceUntil: graceUntil) }
    }

    /// Whether the lab is to end soon by all that is written on its pod.
    func isEnding(asFarAsOthersKnow pod: Pod, at now: Date) -> Bool {
        guard let course = course(of: pod) else { return false }
        if case .keeps = LabFate(of: LabMarks(pod), limits: IdleLimits(course.idle), at: now) { return false }
        return true
    }

    /// When the labs of a course end at the latest if nobody does anything any more.
    func expectedEnds(in course: String, at now: Date) -> [Date] {
        pods.pods.filter { $0.metadata.annotations[LabPod.Annotation.course] == course }.compactMap { pod in
            switch fate(of: pod, at: now) {
            case .keeps(let until, _), .warns(let until, _): until
            case .ends: now
            case nil: nil
            }
        }
    }
}

extension LabMarks {
    /// What a pod says of its lab.
    init(_ pod: Pod) {
        let marks = ActivityMarks(pod)
        self.init(
            created: pod.metadata.creationTimestamp ?? .clusterNow, interaction: marks.interaction, work: marks.work)
    }
}

extension IdleLimits {
    /// A course's rules.
    init(_ rules: IdleRules) {
        self.init(
            labSession: rules.labSession, lab: rules.lab, maximumAge: rules.maximumAge, warnings: rules.warnings,
            workKeepsLab: rules.workKeepsLab)
    }
}
