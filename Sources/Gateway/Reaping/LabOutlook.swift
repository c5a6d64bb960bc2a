import Classroom
import Foundation
import Kubernetes

/// What is to become of labs, as far as this gateway knows: from their pods, from their students' ledgers, and from
/// what it has seen itself.
struct LabOutlook: Sendable {
    let classroom: @Sendable () -> Classroom
    let pods: PodCache
    let uses: LabUses
    /// A student's ledger as last seen.
    let ledger: @Sendable (_ student: String) -> Ledger

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
        marks.noteInteraction(lastLogin(to: pod))
        marks.noteInteraction(uses.interaction(withPod: pod.metadata.name, now: now))
        if let work { marks.work = max(marks.work ?? work, work) }
        return course(of: pod).map { LabFate(of: marks, limits: IdleLimits($0.idle), at: now, graceUntil: graceUntil) }
    }

    /// When the newest of the lab sessions began that go on, through whatever gateway: that is in the ledger before it is
    /// on the pod.
    private func lastLogin(to pod: Pod) -> Date? {
        let annotations = pod.metadata.annotations
        guard let student = annotations[LabPod.Annotation.student], let course = annotations[LabPod.Annotation.course]
        else { return nil }
        return ledger(student).newest(.labSession, course: course)
    }

    /// Whether the lab is to end soon by its marks, all of which are written on its pod.
    func isEnding(_ pod: Pod, asFarAsOthersKnow marks: LabMarks, at now: Date) -> Bool {
        guard let course = course(of: pod) else { return false }
        if case .keeps = LabFate(of: marks, limits: IdleLimits(course.idle), at: now) { return false }
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
