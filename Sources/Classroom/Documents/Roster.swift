/// The documents of one reading, while they are gathered and checked against each other.
struct Roster {
    /// Something that was read, with the place for problems found later.
    struct Entry<Entity> {
        let entity: Entity
        let field: Field
    }

    /// The one version of the schema so far.
    static let apiVersion = "labgate.dev/v1alpha1"

    private enum Kind: String, CaseIterable {
        case course = "Course"
        case student = "Student"
    }

    private struct Key: Hashable {
        let kind: Kind
        let name: String
    }

    let problems: ProblemCollector
    private(set) var courses: [Entry<Course>] = []
    private(set) var students: [Entry<Student>] = []
    /// Every document with a name, also those that are wrong otherwise: to refer to one of these is no second mistake.
    private var places: [Key: SourceLocation] = [:]

    init(problems: ProblemCollector) {
        self.problems = problems
    }

    /// Reads the documents of one file.
    mutating func add(_ file: SourceFile) {
        for document in file.documents(problems: problems) { add(document) }
    }

    private mutating func add(_ document: Field) {
        guard let reader = DocumentReader(document) else { return }
        let version = reader.required("apiVersion", .string)
        if let version, version != Self.apiVersion {
            reader.report("\(version) is not known; this labgate reads \(Self.apiVersion)", at: "apiVersion")
            return
        }
        guard let kind = reader.required("kind", FieldType<Kind>.oneOf) else { return }
        let name = reader.required("metadata", .object { Self.name(reading: $0, kind) })
        if let name {
            guard places[Key(kind: kind, name: name)] == nil else {
                let first = places[Key(kind: kind, name: name)].map(\.description) ?? ""
                reader.report("there is already a \(kind.rawValue) called \(name), at \(first)", at: "metadata")
                return
            }
            places[Key(kind: kind, name: name)] = document.location
        }
        switch kind {
        case .course:
            let course = reader.required(
                "spec",
                .object { spec in
                    Course(name: name ?? "", source: document.location, reading: spec)
                })
            if let course { courses.append(Entry(entity: course, field: document)) }
        case .student:
            let student = reader.required(
                "spec",
                .object { spec in
                    Student(name: name ?? "", source: document.location, reading: spec)
                })
            if let student { students.append(Entry(entity: student, field: document)) }
        }
        reader.reportUnknownKeys()
    }

    private static func name(reading metadata: DocumentReader, _ kind: Kind) -> String? {
        _ = metadata.optional("labels", .map(of: .string))
        _ = metadata.optional("annotations", .map(of: .string))
        switch kind {
        case .course: return metadata.required("name", .dnsLabel)
        case .student: return metadata.required("name", .studentName)
        }
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
        checkSharedKeys()
        if students.isEmpty, !problems.hasErrors {
            problems.report(
                Problem(
                    .warning, at: SourceLocation(file: folder, line: nil), "there is no student, so nobody can log in"))
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

extension FieldType where Value == String {
    /// A student's name, normalized.
    static var studentName: FieldType {
        string.parsed { text throws(ClassroomError) in
            if let name = StudentName.normalized(text) { return name }
            throw ClassroomError(.invalidValue, StudentName.rule)
        }
    }
}
