import Foundation
import Glibc

/// A tar archive on its way to a file: under another name until it is known to be whole.
///
/// Belongs to one task.
final class ArchiveFile {
    private let path: String
    private let partialPath: String
    private let file: FileHandle
    /// What may be written, in bytes.
    private let maximumByteCount: Int
    /// What was written, in bytes.
    private(set) var byteCount = 0
    /// The last bytes that were written.
    private var tail: [UInt8] = []

    /// Archives end with two records of zeros (POSIX.1-2017, pax, "ustar Interchange Format").
    private static let endByteCount = 1024

    /// - Parameter maximumByteCount: more is refused: a file that is nothing but a hole is as large as its student likes,
    ///   and costs the student nothing.
    /// - Throws: `HomeCollector.Failure` if the file cannot be made.
    init(path: String, maximumByteCount: Int) throws(HomeCollector.Failure) {
        self.path = path
        self.maximumByteCount = maximumByteCount
        // Another collection may be under way. Whatever else is there is not written through.
        partialPath = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).partial"
        // Homes are their owners', and of those who grade them.
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw HomeCollector.Failure("\(partialPath) cannot be written: \(String(cString: strerror(errno)))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit {
        try? file.close()
        if isUnfinished { try? FileManager.default.removeItem(atPath: partialPath) }
    }

    private var isUnfinished = true

    /// - Throws: `HomeCollector.Failure` if it would become too large, or cannot be written.
    func write(_ bytes: [UInt8]) throws(HomeCollector.Failure) {
        guard bytes.count <= maximumByteCount - byteCount else {
            throw HomeCollector.Failure(
                "it is larger than \(maximumByteCount >> 20) MiB; look for files with holes, or permit more (--max-size)"
            )
        }
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
    ///
    /// - Throws: `HomeCollector.Failure` if it is not safely on the disk.
    func finish() throws(HomeCollector.Failure) {
        do {
            try file.synchronize()
            guard rename(partialPath, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        } catch {
            throw HomeCollector.Failure("\(path): \(error.localizedDescription)")
        }
        isUnfinished = false
    }
}
