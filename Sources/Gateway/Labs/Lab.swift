import Foundation

/// A student's lab in a course, as its backend last told of it: a pod, or a container.
struct Lab: Hashable, Sendable {
    /// How a run of a lab's processes ended.
    enum RunEnd: Hashable, Sendable {
        case outOfMemory
        case other
    }

    /// ``LabName/lab``.
    let name: String
    /// Tells this lab from an earlier or later one of the same name.
    let uid: String
    /// Another one after each change of the lab.
    let version: String
    /// Whose it is; nil if nothing says so.
    let student: String?
    /// Of which course; nil if nothing says so.
    let course: String?
    /// Tells labs apart that were made from different versions of a course.
    let specHash: String?
    let created: Date
    /// Where it runs; empty if that is not settled.
    var node = ""
    let state: LabState
    /// Whether something has run in it.
    let hasStarted: Bool
    /// Tells its processes from earlier ones: a container that ends may be started anew in the same lab.
    var restartCount = 0
    /// How the run of its processes ended, if none has begun since.
    var runEnd: RunEnd?
    /// How the run before that ended.
    var previousRunEnd: RunEnd?
    /// Why the whole lab has failed, in the backend's words; nil if it has not.
    var failure: String?
    var marks = ActivityMarks()
    /// Why it is stopped; nil if it is not. It may still be there.
    var stop: StopNote?
    /// Its end, if its deletion was asked for; it keeps its name and its home until it is gone.
    var ending: LabEnding?

    /// Whether what ran in the one runs in the other.
    func isSame(as other: Lab?) -> Bool { uid == other?.uid && restartCount == other?.restartCount }

    /// Whether its deletion was asked for.
    var isTerminating: Bool { ending != nil }

    /// Why it is stopped, in words for its student.
    var stopReason: String? { stop?.reason }
}
