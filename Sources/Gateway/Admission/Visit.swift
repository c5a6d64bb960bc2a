import Classroom

/// One channel of a student's that wants to use a lab.
///
/// A class, for what a student and a course say is long, and whatever waits on the channel's behalf holds it.
final class Visit: Sendable {
    let student: Student
    let course: Course
    /// The connection's id.
    let connection: String
    /// The channel's number.
    let channel: Int

    init(student: Student, course: Course, connection: String, channel: Int) {
        self.student = student
        self.course = course
        self.connection = connection
        self.channel = channel
    }

    /// As in the log; the lab session's in the student's ledger.
    var id: String { "\(connection)/\(channel)" }
}
