/// The documents of one reading, while they are gathered and checked against each other.
struct Roster {
    /// Something that was read, with the place for problems found later.
    struct Entry<Entity> {
        let entity: Entity
        let field: Field
    }

    /// What is said of documents with courses only.
    static let noStudents = "there is no student, so nobody can log in"

    private struct Key: Hashable {
        let kind: DocumentKind
        let name: String
    }

    let problems: ProblemCollector
    private(set) var courses: [Entry<Course>] = []
    private(set) var students: [Entry<Student>] = []
    /// Every document with a name, also those that are wrong otherwise: to refer to one of these is no second mistake.
    private var places: [Key: SourceLocation] = [:]
    private var logins: [String: SourceLocation] = [:]

    /// The files that hold what a password or a code is checked against, in order.
    var pathsWithCredentials: [String] {
        let students = students.lazy.map(\.entity).filter { $0.passwordHash != nil || $0.totpKey != nil }
        return Set(students.map(\.source.file)).sorted()
    }

    init(problems: ProblemCollector) {
        self.problems = problems
    }

    /// Reads the documents of one file.
    mutating func add(_ file: SourceFile) {
        for document in file.documents(problems: problems) { add(document) }
    }

    private mutating func add(_ field: Field) {
        guard let document = ClassroomDocument(field, origin: .folder) else { return }
        if let name = document.name {
            let key = Key(kind: document.kind, name: name)
            if let first = places[key] {
                let message = "there is already a \(key.kind.rawValue) called \(name), at \(first)"
                document.reader.report(message, at: "metadata")
                return
            }
            places[key] = document.location
        }
        switch document.kind {
        case .course:
            if let course = document.course() { courses.append(Entry(entity: course, field: field)) }
        case .student:
            if let student = document.student() { add(student, field) }
        }
    }

    /// Takes on a student, whose login name may differ from the document's name.
    private mutating func add(_ student: Student, _ field: Field) {
        // A document whose name is wrong has none.
        if !student.name.isEmpty, let first = logins[student.name] {
            let message = "there is already a student who logs in as \(student.name), at \(first)"
            field.descendant([.key("spec"), .key("loginName")]).report(message)
        }
        let secrets = [("passwordHash", student.passwordHashSecret), ("totpKey", student.totpKeySecret)]
        for (key, secret) in secrets where secret != nil {
            let message = "is for documents in the cluster, for a folder has no Secrets; write \(key)"
            field.descendant([.key("spec"), .key("\(key)Secret")]).report(message)
        }
        logins[student.name] = student.source
        students.append(Entry(entity: student, field: field))
    }

    /// Checks the documents against each other, once all are read.
    func check(folder: String) {
        // A file that could not be parsed may hold the course that seems to be missing.
        let isComplete = !problems.problems.contains { $0.severity == .error && $0.keyPath.isEmpty }
        let courseNames = places.keys.filter { $0.kind == .course }.map(\.name)
        for student in students where isComplete {
            for (index, name) in student.entity.courses.enumerated() where !courseNames.contains(name) {
                let field = student.field.descendant([.key("spec"), .key("courses"), .index(index)])
                field.report("no course is called \(name); \(Spelling.advice(for: name, known: courseNames))")
            }
        }
        let coursesByName = Dictionary(courses.map { ($0.entity.name, $0.entity) }) { first, _ in first }
        for student in students {
            guard let oddity = student.entity.termOddity(in: coursesByName) else { continue }
            student.field.descendant([.key("spec"), .key("quotas")]).report(oddity, severity: .warning)
        }
        checkSharedKeys()
        if students.isEmpty, !problems.hasErrors {
            problems.report(Problem(.warning, at: SourceLocation(file: folder, line: nil), Self.noStudents))
        }
    }

    /// One key on two students is allowed, since a login names the student; but it may be a slip.
    private func checkSharedKeys() {
        var owners: [[UInt8]: Student] = [:]
        for student in students {
            for (index, key) in student.entity.publicKeys.enumerated() {
                if let owner = owners[key.blob] {
                    let field = student.field.descendant([.key("spec"), .key("publicKeys"), .index(index)])
                    let whose =
                        owner.name == student.entity.name ? "listed twice" : "also \(owner.name)'s, at \(owner.source)"
                    field.report("the key \(key.fingerprint) is \(whose)", severity: .warning)
                } else {
                    owners[key.blob] = student.entity
                }
            }
        }
    }
}
