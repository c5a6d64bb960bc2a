import Classroom
import SSHServer

/// Why the gateway ended a lab session itself, in the words that the user reads: what happened, and what to do.
enum LabSessionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case notAuthenticated
    case unknown
    case suspended
    case notInCourse(String, [String])
    /// The course is the student's and is not there; others of theirs may be.
    case courseMissing(String, others: [String])
    case notUTF8
    case noSubsystem(String)
    case lab(LabError)
    case notRun(String)
    case lost(String)
    case labEnded(String)
    /// A limit of the course's; the sentence says which, and when it will be possible.
    case refused(String, limit: QuotaLimit? = nil)
    case noGatewayCommand(String)
    /// A rule of the course's has ended it.
    case over(String)
    case labStopped(String, keepsHome: Bool)

    /// Why a student cannot be in a course: it is not theirs, or not there at present.
    static func noCourse(_ course: String, of student: Student, _ classroom: Classroom) -> LabSessionFailure {
        guard student.courses.contains(course), classroom.courses[course] == nil else {
            return .notInCourse(course, student.courses)
        }
        return .courseMissing(course, others: student.courses.filter { classroom.courses[$0] != nil })
    }

    /// Exit status of every failure that is the gateway's or the cluster's and not the command's.
    static let exitStatus = 254

    var report: ExitReport { .status(Self.exitStatus) }

    var description: String {
        switch self {
        case .notAuthenticated: "you are not logged in"
        case .unknown: "you are no longer in the classroom. \(LabError.askStaff)"
        case .suspended: "your account is suspended. \(LabError.askStaff)"
        case .notInCourse(let course, let courses):
            "you are not in a course called \(course); yours: \(courses.joined(separator: ", "))"
        case .courseMissing(let course, let others):
            "the course \(course) is not there at present. \(LabError.askStaff)"
                + (others.isEmpty ? "" : "; your other courses are: \(others.joined(separator: ", "))")
        case .notUTF8: "the command is not valid UTF-8, which cannot be passed on to your lab"
        case .noSubsystem(let name): "there is no subsystem called \(name)"
        case .lab(let error): "\(error)"
        case .notRun(let reason): "the command could not be run in your lab (\(reason)). \(LabError.askStaff)"
        case .labEnded(let obituary): "\(obituary), and everything that ran in it with it. Log in again for a new one"
        case .refused(let sentence, _): sentence
        case .noGatewayCommand(let word):
            "there is no command \(word) of the gateway's; :help lists them. In your lab, a colon and a blank would do"
        case .over(let reason): reason
        case .labStopped(let reason, keepsHome: true):
            "your lab was stopped: \(reason). Your home is kept; log in again for a new lab"
        case .labStopped(let reason, keepsHome: false):
            "your lab was stopped: \(reason). In this course your home goes with it; log in again for a new lab"
        case .lost(let reason): "the connection to your lab was lost: \(reason). Log in again to go on"
        }
    }
}
