import Testing

@testable import Classroom

@Suite("Classroom")
struct ClassroomTests {
    @Test("A course and a student are read whole, with their places")
    func reads() throws {
        let yaml = """
            # a comment
            apiVersion: labgate.dev/v1alpha1
            kind: Course
            metadata:
              name: algorithms
              labels: {term: winter}
            spec:
              image: registry.example:5000/edu/gcc@sha256:0123456789abcdef
            ---
            apiVersion: labgate.dev/v1alpha1
            kind: Student
            metadata: {name: edu01}
            spec:
              displayName: "Ada"
              courses: [algorithms]
              publicKeys:
                - \(Sample.ed25519)
              passwordHash: \(Sample.sha512)
              suspended: true
            ---
            # nothing
            """
        let classroom = try Classroom.parse(yaml: yaml, file: "c.yaml")
        let course = try #require(classroom.courses["algorithms"])
        #expect(course.image == "registry.example:5000/edu/gcc@sha256:0123456789abcdef")
        #expect(course.source.description == "c.yaml:2")
        let student = try #require(classroom.student(named: "edu01"))
        #expect(student.source.description == "c.yaml:10")
        #expect(student.displayName == "Ada")
        #expect(student.suspended)
        #expect(student.publicKeys.map(\.comment) == ["ed25519 test"])
        #expect(student.passwordHash?.text == Sample.sha512)
        #expect(classroom.warnings.isEmpty)
    }

    @Test("A login leads to the course it names if the student is in it, else to the first, else nowhere")
    func courseForLogin() throws {
        let (a, b, c) = (Course(name: "a", image: "i"), Course(name: "b", image: "i"), Course(name: "c", image: "i"))
        let student = Student(name: "edu01", courses: ["b", "a"])
        let classroom = Classroom(courses: [a, b, c], students: [student])
        func courseName(_ login: String) throws -> String? {
            classroom.course(for: try #require(LoginName.parse(login)), of: student)?.name
        }
        #expect(try courseName("edu01") == "b")
        #expect(try courseName("edu01+a") == "a")
        #expect(try courseName("edu01+c") == nil)
        #expect(try courseName("edu01+nope") == nil)
    }

    @Test("A student is found under any Unicode spelling of the name, and not under another case")
    func lookup() {
        let classroom = Classroom(students: [Student(name: "jos\u{E9}", courses: ["c"])])
        #expect(classroom.student(named: "jose\u{301}") != nil)
        #expect(classroom.student(named: "Jos\u{E9}") == nil)
        #expect(classroom.student(named: "") == nil)
    }

    @Test("Problems across documents name both places, and all are told at once")
    func crossChecks() {
        let yaml = [
            Sample.course("", name: "algorithms"), Sample.course("", name: "databases"),
            Sample.course("", name: "databases"),
            Sample.student("ann", "courses: [algorithms, algoritms]"),
            Sample.student("ann", "courses: [algorithms]"),
            Sample.student("bob", "courses: [zoology]\npublicKeys: ['\(Sample.ed25519)']"),
            Sample.student("cy", "courses:\n- databases\n- databases\npublicKeys: ['\(Sample.ed25519)']"),
        ].joined(separator: "---\n")
        #expect(
            problems(in: yaml) == [
                "c.yaml:17: metadata: there is already a Course called databases, at c.yaml:8",
                "c.yaml:26: warning: spec: has neither publicKeys nor passwordHash, so nobody can log in",
                "c.yaml:27: spec.courses[1]: no course is called algoritms; did you mean algorithms?",
                "c.yaml:31: metadata: there is already a Student called ann, at c.yaml:22",
                "c.yaml:41: spec.courses[0]: no course is called zoology; known: algorithms, databases",
                "c.yaml:49: spec.courses: databases is listed twice",
                "c.yaml:52: warning: spec.publicKeys[0]: the key "
                    + "SHA256:V52FDJg7ur5W67wEisakaNjsBtpTKRzaf1B1agj8tMY is also bob's, at c.yaml:36",
            ])
    }

    @Test("A course that is wrong itself still counts as known, and a file that is not YAML hides none")
    func noFollowUpNoise() {
        let wrong = Sample.course("shel: /bin/sh") + "---\n" + Sample.student("ann")
        #expect(problems(in: wrong) == ["c.yaml:6: spec.shel: unknown key; did you mean shell?"])
        let broken = Sample.student("ann") + "---\n" + "kind: Course\n\tspec: x\n"
        #expect(problems(in: broken).count == 1)
        #expect(problems(in: broken).first?.hasPrefix("c.yaml:10: not valid YAML: ") == true)
    }

    @Test("An empty roster is a warning, not an error")
    func empty() {
        #expect(problems(in: "# nothing\n") == ["c.yaml: warning: there is no student, so nobody can log in"])
    }

    @Test(
        "Documents of another kind are refused in words",
        arguments: [
            (
                "apiVersion: labgate.dev/v1\nkind: Course",
                ["c.yaml:1: apiVersion: labgate.dev/v1 is not known; this labgate reads labgate.dev/v1alpha1"]
            ),
            (
                "apiVersion: labgate.dev/v1alpha1\nkind: Curse",
                ["c.yaml:2: kind: Curse is not known; did you mean Course?"]
            ),
            (
                "kind: Pod",
                [
                    "c.yaml:1: apiVersion: missing; it is required",
                    "c.yaml:1: kind: Pod is not known; known: Course, Student",
                ]
            ),
            ("- a\n- b", ["c.yaml:1: must be a mapping of keys to values, not a list"]),
            ("hello", ["c.yaml:1: must be a mapping of keys to values, not a single value"]),
            (
                "apiVersion: labgate.dev/v1alpha1\nkind: Course\nmetadata: {nam: x}\nspec:\n",
                [
                    "c.yaml:3: metadata.name: missing; it is required",
                    "c.yaml:3: metadata.nam: unknown key; did you mean name?",
                    "c.yaml:4: spec: must be a mapping of keys to values, not nothing",
                ]
            ),
            (
                "apiVersion: labgate.dev/v1alpha1\nkind: Course\nmetadata: {name: Algo}\nspec: {image: a}\nstatus: {}",
                [
                    "c.yaml:3: metadata.name: must be 1 to 63 lowercase letters, digits or -, "
                        + "and begin and end with a letter or digit",
                    "c.yaml:5: status: unknown key; known: apiVersion, kind, metadata, spec",
                ]
            ),
        ])
    func otherDocuments(yaml: String, expected: [String]) {
        #expect(problems(in: yaml) == expected)
    }

    @Test("The usual hash is of the kind that most students have, and the decoy if nobody has one")
    func usualHash() throws {
        let sha = try PasswordHash.parse(Sample.sha512)
        let bcrypt = try PasswordHash.parse("$2b$04$abcdefghijklmnopqrstuua65OyrF2.Ee2ekiVuz9ly6lT144Uj5m")
        func student(_ name: String, _ hash: PasswordHash?) -> Student {
            Student(name: name, courses: ["c"], passwordHash: hash)
        }
        #expect(Classroom(students: [student("a", nil)]).usualPasswordHash == .decoy)
        let mixed = Classroom(students: [student("a", sha), student("b", bcrypt), student("c", bcrypt)])
        #expect(mixed.usualPasswordHash == bcrypt)
    }
}
