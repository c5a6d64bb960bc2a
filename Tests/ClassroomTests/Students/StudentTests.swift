import Testing

@testable import Classroom

@Suite("Student")
struct StudentTests {
    @Test("What is wrong in a student is said in words, with its line", arguments: refusals)
    func refusal(lines: String, expected: String) {
        #expect(problems(inStudent: lines) == ["c.yaml:\(expected)"])
    }

    static let refusals = [
        ("passwordHash: \(Sample.sha512)", "5: spec.courses: missing; it is required"),
        ("courses: []\npasswordHash: \(Sample.sha512)", "6: spec.courses: must not be empty"),
        ("courses: c\npasswordHash: \(Sample.sha512)", "6: spec.courses: must be a list, not a single value"),
        (
            "courses: [1]\npasswordHash: \(Sample.sha512)",
            "6: spec.courses[0]: 1 without quotes is a number in YAML; write \"1\""
        ),
        ("courses: [c]\nsuspended: yes\npublicKeys: []", "7: spec.suspended: must be true or false"),
        ("courses: [c]\nsuspended: \"true\"\npublicKeys: []", "7: spec.suspended: must be true or false"),
        (
            "courses: [c]\npasswordhash: x\npublicKeys: []",
            "7: spec.passwordhash: unknown key; did you mean passwordHash?"
        ),
        (
            "courses: [c]\npasswordHash: hunter2",
            "7: spec.passwordHash: is not a password hash; a password itself must not be written here: "
                + "make one with labgate password"
        ),
        (
            "courses: [c]\npublicKeys: []\ntotpKey: jbsw y3dp",
            "8: spec.totpKey: is not base 32: only A to Z and 2 to 7, without spaces and padding; "
                + "make one with labgate totp"
        ),
        (
            "courses: [c]\npublicKeys: []\ntotpKey: JBSWY3DPEHPK3PXP",
            "8: spec.totpKey: must have 128 to 512 bits, not 80; make one with labgate totp"
        ),
        (
            "courses: [c]\npublicKeys: []\ntotpKey: \(Sample.totpKey)A",
            "8: spec.totpKey: is damaged: its end is missing, or not its own; make one with labgate totp"
        ),
        (
            "courses: [c]\npublicKeys: []\ntotpKey: 234567",
            "8: spec.totpKey: is damaged: its end is missing, or not its own; make one with labgate totp"
        ),
        (
            "courses: [c]\npublicKeys:\n- \(Sample.ed25519)\n- ssh-dss AAAA",
            "9: spec.publicKeys[1]: ssh-dss: DSA keys are too weak"
        ),
    ]

    @Test("A student may log in under another name than that of the document, but not under somebody else's")
    func loginName() throws {
        let other = "loginName: jos\u{E9}\ncourses: [c]\npasswordHash: \(Sample.sha512)"
        let yaml = Sample.course("") + "---\n" + Sample.student("edu01", other)
        let classroom = try Classroom.parse(yaml: yaml, file: "c.yaml")
        #expect(classroom.students.keys.sorted() == ["jos\u{E9}"])
        #expect(
            problems(in: yaml + "---\n" + Sample.student("edu02", other)) == [
                "c.yaml:22: spec.loginName: there is already a student who logs in as jos\u{E9}, at c.yaml:8"
            ])
        #expect(
            problems(in: yaml + "---\n" + Sample.student("jos\u{E9}")) == [
                "c.yaml:21: spec: there is already a student who logs in as jos\u{E9}, at c.yaml:8"
            ])
    }

    @Test("A folder has no Secrets, and one password hash is enough")
    func secrets() {
        let secret = "passwordHashSecret: {name: s}"
        #expect(
            problems(inStudent: "courses: [c]\n\(secret)") == [
                "c.yaml:7: spec.passwordHashSecret: is for documents in the cluster, for a folder has no Secrets; "
                    + "write passwordHash"
            ])
        #expect(
            problems(inStudent: "courses: [c]\npasswordHash: \(Sample.sha512)\n\(secret)").contains(
                "c.yaml:5: spec: has passwordHash and passwordHashSecret, which exclude each other; keep one"))
    }

    @Test("A TOTP key is read, from the document only and once, and makes every login need a code")
    func totpKey() throws {
        let lines = "courses: [c]\npasswordHash: \(Sample.sha512)\ntotpKey: \(Sample.totpKey)"
        let student = try #require(
            try Classroom.parse(yaml: Sample.student("edu01", lines) + "---\n" + Sample.course(""), file: "c.yaml")
                .student(named: "edu01"))
        #expect(student.needsCode)
        #expect(student.totpKey?.text == Sample.totpKey)
        #expect(!Student(name: "edu02", courses: ["c"]).needsCode)
        #expect(!"\(student)".contains(Sample.totpKey) && !String(reflecting: student).contains(Sample.totpKey))
        #expect(
            problems(inStudent: lines + "\ntotpKeySecret: {name: s}") == [
                "c.yaml:5: spec: has totpKey and totpKeySecret, which exclude each other; keep one",
                "c.yaml:9: spec.totpKeySecret: is for documents in the cluster, for a folder has no Secrets; "
                    + "write totpKey",
            ])
    }

    @Test(
        "A name that YAML takes for something else, or that is not legal, is refused in words",
        arguments: [
            ("0123", "0123 without quotes is a number in YAML; write \"0123\""),
            ("no", "no without quotes is a Boolean in YAML; write \"no\""),
            ("1e5", "1e5 without quotes is a number in YAML; write \"1e5\""),
            ("~", "has no value; write one or remove the key"),
            ("\"\"", "must not be empty"),
            ("a b", StudentName.rule), ("a+b", StudentName.rule), ("\"-x\"", StudentName.rule),
        ])
    func names(name: String, expected: String) {
        #expect(
            problems(in: Sample.course("") + "---\n" + Sample.student(name)).first
                == "c.yaml:10: metadata.name: \(expected)")
    }

    @Test("Quoted, such names are fine", arguments: ["\"0123\"", "'no'", "!!str 1e5"])
    func quotedNames(name: String) {
        #expect(problems(in: Sample.course("") + "---\n" + Sample.student(name)).isEmpty)
    }

    @Test("A student's keys are accepted, whole and of the right type")
    func acceptsKeys() throws {
        let key = try PublicKey.parse(Sample.ed25519)
        let student = Student(name: "edu01", courses: ["c"], publicKeys: [key])
        #expect(student.accepts(publicKeyType: "ssh-ed25519", blob: key.blob))
        #expect(!student.accepts(publicKeyType: "ssh-rsa", blob: key.blob))
        #expect(!student.accepts(publicKeyType: "ssh-ed25519", blob: key.blob.dropLast()))
        #expect(!student.accepts(publicKeyType: "ssh-ed25519", blob: key.blob + [0]))
        #expect(!student.accepts(publicKeyType: "ssh-ed25519", blob: [UInt8]()))
        for index in key.blob.indices {
            var other = key.blob
            other[index] ^= 1
            #expect(!student.accepts(publicKeyType: "ssh-ed25519", blob: other))
        }
        #expect(!Student(name: "edu02", courses: ["c"]).accepts(publicKeyType: "ssh-ed25519", blob: key.blob))
    }
}
