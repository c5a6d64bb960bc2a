public import Foundation

/// Folders of this test run's, removed when the test process ends.
public enum TemporaryFolder {
    /// A fresh one.
    public static func make() throws -> URL {
        let url = run.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return url
    }

    private static let run: URL = {
        let url = FileManager.default.temporaryDirectory.appending(path: "labgate-tests-\(getpid())")
        atexit { try? FileManager.default.removeItem(at: TemporaryFolder.run) }
        return url
    }()
}
