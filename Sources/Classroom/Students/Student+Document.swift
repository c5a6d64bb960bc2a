extension Student {
    /// Reads a student's `spec`.
    init?(name: String, source: SourceLocation, reading spec: DocumentReader) {
        self.init(
            name: name,
            displayName: spec.optional("displayName", .string),
            courses: spec.required("courses", .list(of: .dnsLabel, minimumCount: 1)) ?? [],
            publicKeys: spec.value("publicKeys", .list(of: .publicKey), default: []),
            passwordHash: spec.optional("passwordHash", .passwordHash),
            suspended: spec.value("suspended", .bool, default: false),
            source: source
        )
        for (index, course) in courses.enumerated() where courses[..<index].contains(course) {
            spec.report("\(course) is listed twice", at: "courses")
        }
        if !spec.has("publicKeys"), !spec.has("passwordHash") {
            spec.report("has neither publicKeys nor passwordHash, so nobody can log in", severity: .warning)
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
