import Classroom

/// One channel of a student's that wants to use a lab.
struct Visit: Sendable {
    let student: Student
    let course: Course
    /// The connection's id.
    let connection: String
    /// The channel's number.
    let channel: Int

    /// As in the log; the lab session's in the student's ledger.
    var id: String { "\(connection)/\(channel)" }
}
