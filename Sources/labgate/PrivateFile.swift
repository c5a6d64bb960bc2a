import ArgumentParser
import Foundation
import Glibc

/// A new file that nobody but its owner can read.
enum PrivateFile {
    /// Writes it, and sees to it that it is on the disk.
    ///
    /// - Throws: `ValidationError` if there is a file of this name, or it cannot be written.
    static func create(_ path: String, _ text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason =
                errno == EEXIST ? "is there already, and is not written over" : String(cString: strerror(errno))
            throw ValidationError("\(path) \(reason)")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
        } catch {
            throw ValidationError("\(path): \(error.localizedDescription)")
        }
    }
}
