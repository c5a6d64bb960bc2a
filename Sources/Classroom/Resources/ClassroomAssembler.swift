/// Puts the documents of a folder and the resources of a cluster together, as
/// ``Classroom/assemble(folder:resources:previous:secret:)`` promises.
struct ClassroomAssembler {
    /// Why a version of a resource cannot be in force.
    private struct Refusal {
        let reason: ResourceVerdict.Reason
        let problem: Problem
    }

    private let folder: Classroom
    private var courses: [ResourceReference: ResourceEntry<Course>] = [:]
    private var students: [ResourceReference: ResourceEntry<Student>] = [:]
    private var verdicts: [ResourceReference: ResourceVerdict] = [:]
    /// The courses in force by name.
    private var coursesByName: [String: Course]
    /// Where each student in force is described, by login name.
    private var places: [String: SourceLocation]
    /// The names of courses that are there but refused.
    private var refusedCourses: Set<String> = []
    /// What to say of names of courses that are nowhere: to find the nearest of many is work.
    private var adviceForCourse: [String: String] = [:]

    init(folder: Classroom) {
        self.folder = folder
        self.coursesByName = folder.courses
        self.places = folder.students.mapValues(\.source)
    }

    /// Takes on the courses among the resources.
    mutating func readCourses(
        _ resources: [ResourceDocument],
        _ previous: [ResourceReference: ResourceEntry<Course>]
    ) {
        let entries = Self.read(resources, .course, previous) { $0.course() }
        for (reference, entry) in Self.inOrder(entries, isSettled: { $0.inForce != nil }) {
            var entry = entry
            let name = reference.name
            var refusal: Refusal?
            if let taken = coursesByName[name] {
                let message = "there is already a Course called \(name), at \(taken.source), which stays in force"
                refusal = Refusal(reason: .nameTaken, problem: Self.problem(reference, "metadata.name", message))
                entry.inForce = nil
            } else if let course = entry.reading.entity {
                entry.inForce = course
            }
            if let course = entry.inForce {
                coursesByName[name] = course
            } else if refusal == nil {
                refusedCourses.insert(name)
            }
            courses[reference] = entry
            conclude(reference, entry, refusal, name: entry.inForce?.name)
        }
    }

    /// Takes on the students among the resources. To be called after ``readCourses(_:_:)``.
    mutating func readStudents(
        _ resources: [ResourceDocument],
        _ previous: [ResourceReference: ResourceEntry<Student>],
        _ secret: (SecretReference) -> String?
    ) {
        let entries = Self.read(resources, .student, previous) { $0.student() }
        // Who has a name keeps it; only then may others take those that are left.
        let ordered = Self.inOrder(entries) { entry in
            entry.inForce != nil && (entry.reading.entity ?? entry.inForce)?.name == entry.inForce?.name
        }
        for (reference, entry) in ordered {
            var entry = entry
            let old = entry.inForce
            var refusal: Refusal?
            entry.inForce = nil
            if var student = entry.reading.entity {
                refusal = fill(&student, reference, from: old, secret) ?? self.refusal(of: student, reference)
                if refusal == nil { entry.inForce = student }
            }
            // The version before is held to the same rules but for what its Secrets have, which may be gone. A second
            // factor that was asked for since then is not to be gone round by a mistake, be it in another line.
            if entry.inForce == nil, var student = old {
                student.demandCode(like: entry.reading.draft)
                _ = fill(&student, reference, from: old, secret)
                if self.refusal(of: student, reference) == nil { entry.inForce = student }
            }
            if let student = entry.inForce { places[student.name] = student.source }
            students[reference] = entry
            let oddity = refusal == nil ? entry.inForce?.termOddity(in: coursesByName) : nil
            let oddities =
                (oddity.map { [Self.problem(reference, "spec.quotas", $0, .warning)] } ?? [])
                + lockout(entry, reference)
            let missing = refusal == nil ? entry.inForce.map { missingCourses(of: $0, reference) } ?? [] : []
            conclude(
                reference, entry, refusal, name: entry.inForce?.name, missing + oddities,
                reason: missing.isEmpty ? .accepted : .courseMissing)
        }
    }

    /// The classroom and the verdicts.
    func finish() -> ClassroomAssembly {
        var all = Array(folder.students.values)
        all.reserveCapacity(all.count + students.count)
        for entry in students.values {
            if let student = entry.inForce { all.append(student) }
        }
        // A folder with courses only is no oddity if the cluster has the students.
        let warnings = folder.warnings.filter { $0.message != Roster.noStudents || all.isEmpty }
        let odd = verdicts.values.filter { $0.outcome == .accepted && !$0.problems.isEmpty }.flatMap(\.problems)
        let classroom = Classroom(
            courses: Array(coursesByName.values), students: all, warnings: warnings + odd.sorted())
        return ClassroomAssembly(classroom: classroom, verdicts: verdicts, courses: courses, students: students)
    }

    /// What each resource of a kind says, read anew only if it changed, with the version that was in force.
    private static func read<Entity>(
        _ resources: [ResourceDocument],
        _ kind: DocumentKind,
        _ previous: [ResourceReference: ResourceEntry<Entity>],
        _ schema: (ClassroomDocument) -> Entity?
    ) -> [ResourceReference: ResourceEntry<Entity>] {
        var entries: [ResourceReference: ResourceEntry<Entity>] = [:]
        entries.reserveCapacity(previous.count)
        for resource in resources where resource.reference.kind == kind {
            let old = previous[resource.reference]
            if let old, old.reading.isCurrent(for: resource) {
                entries[resource.reference] = old
            } else {
                // Under the name of one that was deleted there may be another, with which it has nothing to do.
                let inForce = old?.reading.uid == resource.uid ? old?.inForce : nil
                entries[resource.reference] = ResourceEntry(
                    reading: ResourceReading(resource, schema), inForce: inForce)
            }
        }
        return entries
    }

    /// First those that are settled, whose order does not matter, then the others by name.
    private static func inOrder<Entity>(
        _ entries: [ResourceReference: ResourceEntry<Entity>],
        isSettled: (ResourceEntry<Entity>) -> Bool
    ) -> [(key: ResourceReference, value: ResourceEntry<Entity>)] {
        var ordered = Array(entries)
        let end = ordered.partition { !isSettled($0.value) }
        ordered[end...].sort { $0.key < $1.key }
        return ordered
    }

    /// Puts in what the student's Secrets have; tells if that cannot be used, and leaves the student without it.
    private func fill(
        _ student: inout Student,
        _ reference: ResourceReference,
        from old: Student?,
        _ secret: (SecretReference) -> String?
    ) -> Refusal? {
        let refusals = [
            fill(&student.passwordHash, "passwordHashSecret", student.passwordHashSecret, reference, secret) {
                line throws(ClassroomError) in
                // To read a hash is work, and it seldom changes.
                if let known = old?.passwordHash, known.text == line { return known }
                return try PasswordHash.parse(line)
            },
            fill(&student.totpKey, "totpKeySecret", student.totpKeySecret, reference, secret, TOTPKey.parse),
        ]
        return refusals.lazy.compactMap(\.self).first
    }

    /// Puts in what one Secret has, if there is one to look for.
    private func fill<Credential>(
        _ credential: inout Credential?,
        _ key: String,
        _ place: SecretReference?,
        _ reference: ResourceReference,
        _ secret: (SecretReference) -> String?,
        _ parse: (String) throws(ClassroomError) -> Credential
    ) -> Refusal? {
        guard let place else { return nil }
        credential = nil
        func refusal(_ message: String) -> Refusal {
            Refusal(reason: .secretUnusable, problem: Self.problem(reference, "spec.\(key)", message))
        }
        guard let text = secret(place) else {
            return refusal("there is no Secret called \(place.name) with the key \(place.key), or it may not be read")
        }
        do throws(ClassroomError) {
            credential = try parse(String(text.trimmingSuffix(while: \.isNewline)))
            return nil
        } catch {
            return refusal("what the Secret \(place.name) has under \(place.key) \(Self.predicate(error.message))")
        }
    }

    /// A message about a credential as the rest of a sentence.
    private static func predicate(_ message: String) -> String {
        message.hasPrefix("is ") || message.hasPrefix("must ") ? message : "cannot be used: \(message)"
    }

    /// Why a student cannot be in force beside what is in force already.
    private mutating func refusal(of student: Student, _ reference: ResourceReference) -> Refusal? {
        if let place = places[student.name] {
            let message = "there is already a student who logs in as \(student.name), at \(place), who stays in force"
            let key = student.name == reference.name ? "metadata.name" : "spec.loginName"
            return Refusal(reason: .nameTaken, problem: Self.problem(reference, key, message))
        }
        guard student.courses.allSatisfy({ coursesByName[$0] == nil }), let course = student.courses.first else {
            return nil
        }
        let problem = Self.problem(reference, "spec.courses[0]", advice(forCourse: course))
        return Refusal(reason: .courseMissing, problem: problem)
    }

    /// What to say of a student who cannot log in until the newest version of the document can be used.
    private func lockout(_ entry: ResourceEntry<Student>, _ reference: ResourceReference) -> [Problem] {
        guard let student = entry.inForce, student.needsCode, student.totpKey == nil else { return [] }
        let message = "until there is a TOTP key \(student.name) cannot log in: a code is asked for, and none is right"
        return [Self.problem(reference, "spec", message)]
    }

    /// What to say of the courses of a student in force that are nowhere.
    private mutating func missingCourses(of student: Student, _ reference: ResourceReference) -> [Problem] {
        student.courses.enumerated().filter { coursesByName[$0.element] == nil }.map { index, course in
            Self.problem(reference, "spec.courses[\(index)]", advice(forCourse: course), .warning)
        }
    }

    private mutating func advice(forCourse name: String) -> String {
        if let advice = adviceForCourse[name] { return advice }
        let advice =
            refusedCourses.contains(name)
            ? "the course \(name) is refused itself; see kubectl describe course \(name)"
            : "no course is called \(name); \(Spelling.advice(for: name, known: Array(coursesByName.keys)))"
        adviceForCourse[name] = advice
        return advice
    }

    private mutating func conclude<Entity>(
        _ reference: ResourceReference,
        _ entry: ResourceEntry<Entity>,
        _ refusal: Refusal?,
        name: String?,
        _ oddities: [Problem] = [],
        reason: ResourceVerdict.Reason = .accepted
    ) {
        let isAccepted = refusal == nil && entry.reading.entity != nil
        verdicts[reference] = ResourceVerdict(
            resource: reference,
            generation: entry.reading.generation,
            outcome: isAccepted ? .accepted : name == nil ? .refused : .keptOld,
            reason: refusal?.reason ?? (isAccepted ? reason : .invalid),
            problems: (refusal.map { [$0.problem] } ?? []) + entry.reading.problems + oddities,
            nameInForce: name)
    }

    private static func problem(
        _ reference: ResourceReference,
        _ keyPath: String,
        _ message: String,
        _ severity: Problem.Severity = .error
    ) -> Problem {
        Problem(
            severity, at: SourceLocation(file: reference.description, line: nil), keyPath: keyPath, message)
    }
}

extension String {
    /// The text without the characters at its end that `isTrimmed`.
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !isTrimmed($0) }) else { return self[..<startIndex] }
        return self[...last]
    }
}
