import Foundation

/// What a folder of documents looks like from outside: changes when a file in it does, without reading one.
struct FolderFingerprint: Hashable, Sendable {
    private struct Entry: Hashable {
        let name: String
        /// Where the name leads: in a mounted ConfigMap all files change at once by one symbolic link.
        let resolvedPath: String
        let modified: Date?
        let byteCount: UInt64?
        let inode: UInt64?
    }

    private let entries: [Entry]
    /// Why the folder could not be listed, so that this too is a change.
    private let failure: String?

    /// Whether the folder holds no documents, be it that it cannot be listed.
    var isEmpty: Bool { entries.isEmpty }

    /// Looks at the folder. Blocks for a moment.
    init(of path: String) {
        do {
            entries = try DocumentFolder.fileNames(in: path).map { name in
                let resolved = URL(fileURLWithPath: "\(path)/\(name)").resolvingSymlinksInPath().path
                let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
                return Entry(
                    name: name,
                    resolvedPath: resolved,
                    modified: attributes?[.modificationDate] as? Date,
                    byteCount: (attributes?[.size] as? NSNumber)?.uint64Value,
                    inode: (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value)
            }
            failure = nil
        } catch {
            entries = []
            failure = error.localizedDescription
        }
    }
}
