/// A Student document.
struct StudentDocument {
    var name: String
    var courses = ["c"]
    /// Lines of an authorized_keys file.
    var publicKeys: [String] = []
    var passwordHash: String?
    var totpKey: String?
    var suspended = false

    var yaml: String {
        """
        apiVersion: labgate.dev/v1alpha1
        kind: Student
        metadata: {name: "\(name)"}
        spec:
          courses: [\(courses.joined(separator: ", "))]
          publicKeys: [\(publicKeys.map { "\"\($0)\"" }.joined(separator: ", "))]
        \(passwordHash.map { "  passwordHash: \"\($0)\"\n" } ?? "")\(totpKey.map { "  totpKey: \($0)\n" } ?? "")  suspended: \(suspended)

        """
    }
}
