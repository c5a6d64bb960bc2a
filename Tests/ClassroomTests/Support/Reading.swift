import Classroom

/// Everything that is said about documents, as `labgate check` would print it.
func problems(in yaml: String) -> [String] {
    do throws(ClassroomError) {
        return try Classroom.parse(yaml: yaml, file: "c.yaml").warnings.map(\.description)
    } catch {
        return error.problems.map(\.description)
    }
}

/// What is said about a course whose spec has an image, from line 6 on, and then these lines.
func problems(inCourse lines: String) -> [String] {
    problems(in: Sample.course(lines)).filter { !$0.hasSuffix("there is no student, so nobody can log in") }
}

/// What is said about a student whose spec is these lines, from line 6 on; the course `c` is there.
func problems(inStudent lines: String, name: String = "edu01") -> [String] {
    problems(in: Sample.student(name, lines) + "---\n" + Sample.course("", name: "c"))
}

/// The course whose spec has an image and then these lines.
func course(_ lines: String) throws -> Course? {
    try Classroom.parse(yaml: Sample.course(lines), file: "c.yaml").courses["c"]
}

/// Documents to vary.
enum Sample {
    static func course(_ lines: String, name: String = "c") -> String {
        """
        apiVersion: labgate.dev/v1alpha1
        kind: Course
        metadata: {name: \(name)}
        spec:
          image: gcc:14
        \(indented(lines))

        """
    }

    static func student(_ name: String, _ lines: String = "courses: [c]\npasswordHash: \(sha512)") -> String {
        """
        apiVersion: labgate.dev/v1alpha1
        kind: Student
        metadata: {name: \(name)}
        # line 4
        spec:
        \(indented(lines))

        """
    }

    static func indented(_ lines: String) -> String {
        lines.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n")
    }

    /// By `openssl passwd -6 -salt openssl1 secret`.
    static let sha512 =
        "$6$openssl1$j1cxyxAfPRblEE9HDeZn6pZyQZDxw4WcISMl491UOI27QW9fNPX7Ka7StHnx7eKLBcsBMfGeR2EZP7wGItXlp/"

    /// That of RFC 6238's test vectors, `12345678901234567890`, by `basenc --base32`.
    static let totpKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    /// By ssh-keygen.
    static let ed25519 =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJCp0i+cht8RgYHN52F09zGzC07dPeCSWGxeIW+7Ov6Z ed25519 test"
}
