import Foundation

/// Who can read a file.
enum FileAccess {
    /// Whether everybody on the machine can: the file itself, and every folder on the way to it. False for what is not
    /// there. Blocks for a moment.
    static func isReadableByEverybody(_ path: String) -> Bool {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        guard mode(of: url) & 0o004 != 0 else { return false }
        var folder = url
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            guard mode(of: folder) & 0o001 != 0 else { return false }
        }
        return true
    }

    /// The permissions; none if there is no such file.
    private static func mode(of url: URL) -> UInt32 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        return (attributes?[.posixPermissions] as? NSNumber)?.uint32Value ?? 0
    }
}
