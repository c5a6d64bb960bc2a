import ArgumentParser
import Classroom
import Foundation
import Glibc

/// A file of a classroom folder, to which documents are added.
struct ClassroomFile {
    private let folder: String
    private let name: String
    /// What is in it now; empty if it is not there.
    private let text: String
    /// The login names of all the classroom's students.
    let students: [String]

    /// - Throws: `ClassroomError` if the classroom is wrong as it is, or `ValidationError` for a path that is none of a
    ///   classroom's files.
    init(path: String) throws {
        let url = URL(fileURLWithPath: path)
        (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
        guard !name.hasPrefix("."), name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
            throw ValidationError("\(path): a classroom's files end in .yaml, or they are not read")
        }
        students = try Array(Classroom.load(folder: folder).students.keys)
        do {
            text = try Self.text(of: url)
        } catch {
            throw ValidationError("\(path): \(error.localizedDescription)")
        }
    }

    private static func text(of file: URL) throws -> String {
        FileManager.default.fileExists(atPath: file.path) ? try String(contentsOf: file, encoding: .utf8) : ""
    }

    /// What the file would hold with some documents more.
    ///
    /// - Throws: `ClassroomError` with everything that would be wrong with the classroom then.
    func checked(adding documents: String) throws -> String {
        let whole = text.isEmpty || text.hasSuffix("\n") ? text + documents : text + "\n" + documents
        for warning in try Classroom.load(folder: folder, replacing: [name: whole]).warnings {
            printError("\(warning)")
        }
        return whole
    }

    /// Puts it in place of the file at once, so that a gateway that reads the folder sees all or nothing. A file that was
    /// there keeps its mode, group and owner; a new one is for its owner to write and for its group to read.
    ///
    /// - Throws: `ValidationError` if it cannot be written, or has been changed since it was read.
    func write(_ text: String) throws {
        let target = URL(fileURLWithPath: "\(folder)/\(name)").resolvingSymlinksInPath()
        // Hidden, so that a gateway does not read it.
        let temporary = target.deletingLastPathComponent().appending(path: ".\(target.lastPathComponent).new").path
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(temporary) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try Self.adopt(target.path, descriptor)
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
            guard (try? Self.text(of: target)) == self.text else {
                throw ValidationError("\(target.path) was changed meanwhile, and is left as it is; import again")
            }
            guard rename(temporary, target.path) == 0 else { throw Self.failure(target.path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Gives a new file the mode, group and owner of the one that it is to replace. Only root can give files away; to
    /// whoever else may write here the file belongs from now on.
    private static func adopt(_ path: String, _ descriptor: CInt) throws {
        var old = stat()
        guard stat(path, &old) == 0 else {
            guard fchmod(descriptor, 0o640) == 0 else { throw failure(path) }
            return
        }
        let noOwner = uid_t.max
        guard fchown(descriptor, old.st_uid, old.st_gid) == 0 || fchown(descriptor, noOwner, old.st_gid) == 0 else {
            throw ValidationError("\(path): it would lose its group, to which you do not belong")
        }
        guard fchmod(descriptor, old.st_mode & 0o777) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> ValidationError {
        ValidationError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
