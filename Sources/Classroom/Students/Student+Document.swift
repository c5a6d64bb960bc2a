extension Student {
    /// Reads a student's `spec`; `name` is that of the document.
    init?(name: String, source: SourceLocation, reading spec: DocumentReader) {
        self.init(
            name: spec.value("loginName", .studentName, default: name),
            displayName: spec.optional("displayName", .string),
            courses: spec.required("courses", .list(of: .dnsLabel, minimumCount: 1)) ?? [],
            publicKeys: spec.value("publicKeys", .list(of: .publicKey), default: []),
            passwordHash: spec.optional("passwordHash", .passwordHash),
            passwordHashSecret: spec.optional("passwordHashSecret", .secretReference(defaultKey: "passwordHash")),
            totpKey: spec.optional("totpKey", .totpKey),
            totpKeySecret: spec.optional("totpKeySecret", .secretReference(defaultKey: "totpKey")),
            quotas: spec.value("quotas", .object(QuotaOverrides.init(reading:)), default: QuotaOverrides()),
            suspended: spec.value("suspended", .bool, default: false),
            source: source
        )
        let hasKey = spec.has("totpKey") || spec.has("totpKeySecret")
        hasUnusableTOTPKey = hasKey && totpKey == nil && totpKeySecret == nil
        for (index, course) in courses.enumerated() where courses[..<index].contains(course) {
            spec.report("\(course) is listed twice", at: "courses")
        }
        for key in ["passwordHash", "totpKey"] where spec.has(key) && spec.has("\(key)Secret") {
            spec.report("has \(key) and \(key)Secret, which exclude each other; keep one")
        }
        if !spec.has("publicKeys"), !spec.has("passwordHash"), !spec.has("passwordHashSecret") {
            spec.report("has neither publicKeys nor passwordHash, so nobody can log in", severity: .warning)
        }
    }
}

extension Student {
    /// What to say if the student has a budget for the term and none of the courses has a term; nil if all is well.
    func termOddity(in courses: [String: Course]) -> String? {
        guard let meter = quotas.metersWithTerm.first else { return nil }
        let known = self.courses.compactMap { courses[$0] }
        guard !known.isEmpty, known.allSatisfy({ $0.calendar.term == nil }) else { return nil }
        return "\(meter.rawValue) has a budget for the term, but none of the student's courses has a term"
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

extension FieldType where Value == PublicKey {
    /// A line of an authorized_keys file.
    static var publicKey: FieldType {
        FieldType<String>.string.parsed(PublicKey.parse)
    }
}

extension FieldType where Value == PasswordHash {
    /// A password hash that ``PasswordHash`` can check.
    static var passwordHash: FieldType {
        FieldType<String>.string.parsed(PasswordHash.parse)
    }
}

extension FieldType where Value == TOTPKey {
    /// The key of an authenticator app. The value is a secret, so that no problem repeats it.
    static var totpKey: FieldType {
        FieldType<String>.numberOrText.parsed(TOTPKey.parse)
    }
}

extension FieldType where Value == SecretReference {
    /// A value in a Secret, under `defaultKey` if no key is given.
    static func secretReference(defaultKey: String) -> FieldType {
        object { SecretReference(reading: $0, defaultKey: defaultKey) }
    }
}
