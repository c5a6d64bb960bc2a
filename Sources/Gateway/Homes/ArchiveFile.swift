import Foundation

/// A tar archive on its way to a file: under another name until it is known to be whole.
///
/// Belongs to one task.
final class ArchiveFile {
    private let path: String
    private let partialPath: String
    private let file: FileHandle
    /// What was written, in bytes.
    private(set) var byteCount = 0
    /// The last bytes that were written.
    private var tail: [UInt8] = []

    /// Archives end with two records of zeros (POSIX.1-2017, pax, "ustar Interchange Format").
    private static let endByteCount = 1024

    /// - Throws: `HomeCollector.Failure` if the file cannot be made.
    init(path: String) throws {
        self.path = path
        partialPath = "\(path).partial"
        // Homes are their owners', and of those who grade them.
        guard
            FileManager.default.createFile(atPath: partialPath, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: partialPath)
        else { throw HomeCollector.Failure("\(partialPath) cannot be written") }
        self.file = file
    }

    deinit {
        try? file.close()
        if isUnfinished { try? FileManager.default.removeItem(atPath: partialPath) }
    }

    private var isUnfinished = true

    func write(_ bytes: [UInt8]) throws {
        do {
            try file.write(contentsOf: Data(bytes))
        } catch {
            throw HomeCollector.Failure("\(partialPath): \(error.localizedDescription)")
        }
        byteCount += bytes.count
        tail = Array((tail.suffix(Self.endByteCount) + bytes).suffix(Self.endByteCount))
    }

    /// Whether it ends as archives do: a stream may be cut without a word, on the way from a container.
    var isWhole: Bool {
        tail.count == Self.endByteCount && byteCount.isMultiple(of: 512) && tail.allSatisfy { $0 == 0 }
    }

    /// Gives it its name.
    func finish() throws {
        do {
            try file.synchronize()
            guard rename(partialPath, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        } catch {
            throw HomeCollector.Failure("\(path): \(error.localizedDescription)")
        }
        isUnfinished = false
    }
}
