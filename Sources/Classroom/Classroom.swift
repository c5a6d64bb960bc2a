/// Who may log in and to what: one consistent reading of all documents. Never changes; a new reading is a new value.
public struct Classroom: Sendable {
    /// The courses by name.
    public let courses: [String: Course]
    /// The students by name, normalized as ``StudentName`` says.
    public let students: [String: Student]
    /// What is odd about the documents though they can be used, in reading order.
    public let warnings: [Problem]
    /// A hash that costs what most students' do: what a login of nobody is checked against, so that it takes as long.
    public let usualPasswordHash: PasswordHash

    /// Makes a classroom from what is known to fit together; ``load(folder:)`` reads and checks documents.
    public init(courses: [Course] = [], students: [Student] = [], warnings: [Problem] = []) {
        self.courses = Dictionary(courses.map { ($0.name, $0) }) { first, _ in first }
        self.students = Dictionary(students.map { ($0.name, $0) }) { first, _ in first }
        self.warnings = warnings
        // Of equally usual kinds the first by name, so that the choice does not change from one reading to the next.
        let kinds = Dictionary(grouping: students.compactMap(\.passwordHash), by: \.description)
        let usual = kinds.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        self.usualPasswordHash = usual?.value.min { $0.text < $1.text } ?? .decoy
    }

    /// The student of this name; nil if there is none. The name may be spelled in any Unicode normalization.
    public func student(named name: String) -> Student? {
        StudentName.normalized(name).flatMap { students[$0] }
    }

    /// The course that a login leads to: the one it names, or the student's first; nil if the student is not in it.
    public func course(for login: LoginName, of student: Student) -> Course? {
        guard let name = login.course ?? student.courses.first, student.courses.contains(name) else { return nil }
        return courses[name]
    }
}
