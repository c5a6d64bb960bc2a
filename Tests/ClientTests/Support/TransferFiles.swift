import Foundation
@testable import TestSupport

/// A file that is sent, and the one that comes back.
struct TransferFiles {
    let original: URL
    let copy: URL

    /// A file of random bytes.
    static func make(byteCount: Int) async throws -> TransferFiles {
        let folder = try TemporaryFolder.make()
        let files = TransferFiles(original: folder.appending(path: "original"), copy: folder.appending(path: "copy"))
        let child = try await ChildProcess.run(["head", "-c", "\(byteCount)", "/dev/urandom"], output: files.original)
        guard child.status == 0 else { throw ChildProcess.Failure(description: "head: \(child.errors)") }
        return files
    }

    /// Whether the copy is the original; the copy is deleted, so that the next comparison needs a new one.
    func areEqual() throws -> Bool {
        defer { try? FileManager.default.removeItem(at: copy) }
        return try Data(contentsOf: copy) == Data(contentsOf: original)
    }
}
