import Foundation

extension Classroom {
    /// Reads every `*.yaml` and `*.yml` file of a folder, but for hidden ones, and checks that all fits together.
    ///
    /// Blocks while files are read.
    ///
    /// - Parameter replacements: what files would hold, by name, that are as yet different or not there.
    /// - Throws: ``ClassroomError`` with every problem of every file, if one of them is an error.
    public static func load(
        folder path: String, replacing replacements: [String: String] = [:]
    ) throws(ClassroomError) -> Classroom {
        let problems = ProblemCollector()
        var files: [SourceFile] = []
        do {
            let names = try DocumentFolder.fileNames(in: path)
            files = Set(names).union(replacements.keys).sorted().compactMap { name in
                let file = "\(path)/\(name)"
                return replacements[name].map { SourceFile(path: file, text: $0) }
                    ?? SourceFile(contentsOf: file, problems: problems)
            }
        } catch {
            let message = "the folder cannot be read: \(error.localizedDescription)"
            problems.report(Problem(.error, at: SourceLocation(file: path, line: nil), message))
        }
        return try assemble(files, folder: path, problems)
    }

    /// Reads documents from text; `file` is the name that problems give.
    ///
    /// - Throws: ``ClassroomError`` with every problem, if one of them is an error.
    public static func parse(yaml text: String, file: String) throws(ClassroomError) -> Classroom {
        try assemble([SourceFile(path: file, text: text)], folder: file, ProblemCollector())
    }

    private static func assemble(
        _ files: [SourceFile],
        folder: String,
        _ problems: ProblemCollector
    ) throws(ClassroomError) -> Classroom {
        var roster = Roster(problems: problems)
        for file in files { roster.add(file) }
        roster.check(folder: folder)
        for path in roster.pathsWithCredentials where FileAccess.isReadableByEverybody(path) {
            let message = "has password hashes or TOTP keys, and everybody on this machine can read it: chmod o-r"
            problems.report(Problem(.warning, at: SourceLocation(file: path, line: nil), message))
        }
        let warnings = try problems.warningsOrThrow()
        return Classroom(
            courses: roster.courses.map(\.entity), students: roster.students.map(\.entity), warnings: warnings)
    }
}
