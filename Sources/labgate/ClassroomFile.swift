import ArgumentParser
import Classroom
import Foundation

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
            text = FileManager.default.fileExists(atPath: path) ? try String(contentsOf: url, encoding: .utf8) : ""
        } catch {
            throw ValidationError("\(path): \(error.localizedDescription)")
        }
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

    /// Puts it in place of the file at once, so that a gateway that reads the folder sees all or nothing.
    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
    }
}
