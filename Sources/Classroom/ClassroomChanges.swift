/// What differs between two readings of the documents. Names are sorted.
public struct ClassroomChanges: Hashable, Sendable {
    /// Students who were not there before.
    public let studentsAdded: [String]
    /// Students who are gone.
    public let studentsRemoved: [String]
    /// Students who are suspended and were not.
    public let studentsSuspended: [String]
    /// Students with any other difference.
    public let studentsChanged: [String]
    /// Courses that were not there before.
    public let coursesAdded: [String]
    /// Courses that are gone.
    public let coursesRemoved: [String]
    /// Courses with any difference but their place in the files.
    public let coursesChanged: [String]

    /// Whether nothing but the notation changed.
    public var isEmpty: Bool {
        [
            studentsAdded, studentsRemoved, studentsSuspended, studentsChanged, coursesAdded, coursesRemoved,
            coursesChanged,
        ].allSatisfy(\.isEmpty)
    }

    /// Compares two readings.
    public init(from old: Classroom, to new: Classroom) {
        studentsAdded = new.students.keys.filter { old.students[$0] == nil }.sorted()
        studentsRemoved = old.students.keys.filter { new.students[$0] == nil }.sorted()
        coursesAdded = new.courses.keys.filter { old.courses[$0] == nil }.sorted()
        coursesRemoved = old.courses.keys.filter { new.courses[$0] == nil }.sorted()
        coursesChanged = new.courses.values.filter { course in
            guard var before = old.courses[course.name] else { return false }
            before.source = course.source
            return before != course
        }.map(\.name).sorted()
        var suspended: [String] = []
        var changed: [String] = []
        for student in new.students.values {
            guard var before = old.students[student.name] else { continue }
            before.source = student.source
            if student.suspended, !before.suspended {
                suspended.append(student.name)
            } else if before != student {
                changed.append(student.name)
            }
        }
        studentsSuspended = suspended.sorted()
        studentsChanged = changed.sorted()
    }
}
