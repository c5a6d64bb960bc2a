import Foundation

/// A directory that exists while a test needs it.
enum TemporaryDirectory {
    /// Makes a directory with these files, by name, and removes it afterwards.
    static func with<Value>(_ files: [String: String], _ body: (_ path: String) async throws -> Value) async throws
        -> Value
    {
        let url = FileManager.default.temporaryDirectory.appending(path: "kubernetes-tests-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        for (name, text) in files {
            let file = url.appending(path: name)
            try Data(text.utf8).write(to: file)
            if text.hasPrefix("#!") {
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
            }
        }
        return try await body(url.path)
    }
}
