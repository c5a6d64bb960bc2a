import Foundation
import Testing

@testable import Classroom

@Suite("Who can read a file of credentials")
struct FileAccessTests {
    private static let course = "apiVersion: labgate.dev/v1alpha1\nkind: Course\nmetadata: {name: c}\nspec: {image: i}\n"

    private static func student(_ credential: String) -> String {
        """
        ---
        apiVersion: labgate.dev/v1alpha1
        kind: Student
        metadata: {name: ann}
        spec: {courses: [c], \(credential)}

        """
    }

    /// The warnings about a classroom of one file.
    private func warnings(_ credential: String, file: Int, folder mode: Int) throws -> [String] {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "all.yaml")
            try Data((Self.course + Self.student(credential)).utf8).write(to: url)
            try FileManager.default.setAttributes([.posixPermissions: file], ofItemAtPath: url.path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
            return try Classroom.load(folder: folder.path).warnings.map(\.description)
        }
    }

    @Test(
        "A classroom file with a password hash or a TOTP key that everybody can read is warned of",
        arguments: ["passwordHash: \"\(Sample.sha512)\"", "publicKeys: [\(Sample.ed25519)], totpKey: \(Sample.totpKey)"])
    func readable(credential: String) throws {
        let warnings = try warnings(credential, file: 0o644, folder: 0o755)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("all.yaml: warning: has password hashes or TOTP keys") == true)
    }

    @Test(
        "Where the file or its folder keeps others out, or there is nothing to keep, nothing is said",
        arguments: [
            ("passwordHash: \"\(Sample.sha512)\"", 0o640, 0o755), ("passwordHash: \"\(Sample.sha512)\"", 0o644, 0o750),
            ("publicKeys: [\(Sample.ed25519)]", 0o644, 0o755),
        ])
    func unreadable(credential: String, file: Int, folder: Int) throws {
        #expect(try warnings(credential, file: file, folder: folder).isEmpty)
    }
}
