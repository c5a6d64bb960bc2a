import Foundation

/// Which files of a folder hold documents.
enum DocumentFolder {
    /// The names of the folder's `*.yaml` and `*.yml` files in alphabetical order, hidden ones left out.
    ///
    /// Hidden entries are editors' leftovers, or `..data` and its like in a mounted ConfigMap.
    ///
    /// - Throws: what `FileManager` throws if the folder cannot be read.
    static func fileNames(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
            .sorted()
    }
}
