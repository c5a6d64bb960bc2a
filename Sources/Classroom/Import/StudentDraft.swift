import Foundation

/// A student who is to be: what a roster says and, once it was made, the hash of a first password.
public struct StudentDraft: Sendable {
    /// What the roster says.
    public let row: RosterTable.Row
    /// The document's name, which is a DNS label even where the login name is none, so that the document will do for a
    /// folder and for a cluster.
    public let documentName: String
    /// The hash of the first password, if one was made.
    public var passwordHash: PasswordHash?

    /// Names a draft's document so that none of the `taken` has the same name.
    public init(_ row: RosterTable.Row, taken: Set<String>) {
        self.row = row
        documentName = Self.documentName(of: row.name, taken: taken)
    }

    /// The name of a document for a login name, so that none of the `taken` has the same name.
    public static func documentName(of login: String, taken: Set<String>) -> String {
        let name = label(login)
        let names = [name] + (2...).lazy.prefix(taken.count + 1).map { "\(name.prefix(56))-\($0)" }
        return names.first { !taken.contains($0) } ?? name
    }

    /// The names that the documents of these students have if they were named in this way.
    public static func documentNames(of logins: Set<String>) -> Set<String> {
        logins.reduce(into: []) { names, login in names.insert(documentName(of: login, taken: names)) }
    }

    /// The nearest DNS label.
    private static func label(_ name: String) -> String {
        if DNSLabel.isValid(name) { return name }
        let latin = name.applyingTransform(.toLatin, reverse: false)?.applyingTransform(
            .stripDiacritics, reverse: false)
        let letters = (latin ?? name).lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        let label = String(letters.prefix(60)).trimmingCharacters(in: ["-"])
        return label.isEmpty ? "student" : label
    }

    /// The Student document, YAML; begins with the separator that stands between documents.
    public var document: String {
        var lines = [
            "---", "apiVersion: \(ClassroomDocument.apiVersion)", "kind: Student",
            "metadata: {name: \(Self.quoted(documentName))}", "spec:",
        ]
        if documentName != row.name { lines.append("  loginName: \(Self.quoted(row.name))") }
        if let displayName = row.displayName { lines.append("  displayName: \(Self.quoted(displayName))") }
        lines.append("  courses: [\(row.courses.map(Self.quoted).joined(separator: ", "))]")
        if let publicKey = row.publicKey { lines.append("  publicKeys: [\(Self.quoted(publicKey))]") }
        if let passwordHash { lines.append("  passwordHash: \(Self.quoted(passwordHash.text))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// As a JSON string, which is YAML, too: without quotes `007`, `1e5` and `no` are not strings.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // Encoding a string does not fail.
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
