import Classroom

/// One student's lab in one course, as it is wanted.
///
/// A class, for the same reason as ``Visit``.
final class LabOrder: Sendable {
    let name: LabName
    let student: Student
    let course: Course

    init(student: Student, course: Course) {
        self.student = student
        self.course = course
        name = LabName(student: student.name, course: course.name)
    }

    /// Whether this lab is the one of this very student and course.
    func owns(_ lab: Lab) -> Bool { lab.student == student.name && lab.course == course.name }
}
