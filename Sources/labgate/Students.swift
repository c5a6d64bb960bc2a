import ArgumentParser
import Classroom
import Foundation
import Glibc

/// `labgate students`: what concerns many students at once.
struct Students: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work on the documents of many students.",
        subcommands: [ImportStudents.self]
    )
}

/// `labgate students import`: Student documents from a table.
struct ImportStudents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make Student documents of a CSV file, with a first password for each student.",
        discussion: """
            The first row of the file names the columns: name (the login name), and if there are some displayName, \
            courses and publicKey. Students whom the classroom has already are left as they are, so the same table can be \
            imported again when it has grown.

            A student without a key gets a password. It is shown once, on the sheet to cut up and hand out; the document \
            has only its hash. Nothing is written unless everything in the table is right.

            With --into - nobody is known to be there already: the documents are for kubectl create, which leaves alone \
            what is there. With kubectl apply they would take totpKey, suspended, quotas and the old password away from \
            students who are.
            """
    )

    @Argument(help: "The table, a CSV file with names of columns.", completion: .file(extensions: ["csv"]))
    var table: String

    @Option(name: .customLong("course"), help: "The course of students whose row names none; can be repeated.")
    var courses: [String] = []

    @Option(
        name: .customLong("into"),
        help: "The file of a classroom folder that the documents are added to; - for standard output.",
        completion: .file(extensions: ["yaml"]))
    var target: String

    @Option(name: .customLong("sheet"), help: "Where the passwords go: a new file that only its owner can read.")
    var sheet: String?

    @Option(help: "The gateway's address, for the ssh line on the sheet.")
    var server = "lab"

    func run() async throws {
        do {
            let roster = try RosterTable(contentsOf: table, courses: courses)
            for warning in roster.warnings { printError("\(warning)") }
            try await add(roster)
        } catch let error as ClassroomError {
            printError(error)
            throw ExitCode.failure
        }
    }

    private func add(_ roster: RosterTable) async throws {
        let file = target == "-" ? nil : try ClassroomFile(path: target)
        let known = Set(file?.students ?? [])
        // Logins and documents: where those do not have the same name, the documents were named in the same way.
        var taken = known.union(StudentDraft.documentNames(of: known))
        var drafts: [StudentDraft] = []
        for row in roster.rows where !known.contains(row.name) {
            drafts.append(StudentDraft(row, taken: taken))
            taken.formUnion(drafts.last.map { [$0.documentName] } ?? [])
        }
        let passwords = try await makePasswords(&drafts)
        let documents = drafts.map(\.document).joined()
        let addition = try file?.checked(adding: documents)
        // The sheet first: a password that is on no sheet would be nobody's.
        if !passwords.isEmpty { try writeSheet(drafts, passwords) }
        if let file, let addition { try file.write(addition) } else { print(documents, terminator: "") }
        let left = roster.rows.count - drafts.count
        printError(
            "labgate: \(drafts.count) new \(drafts.count == 1 ? "student" : "students")"
                + (left == 0 ? "" : "; \(left) were there and are as they were"))
    }

    // MARK: Passwords

    /// Gives a first password to everybody without a key. Takes a tenth of a second of a processor for each.
    ///
    /// - Returns: the passwords by login name.
    private func makePasswords(_ drafts: inout [StudentDraft]) async throws -> [String: String] {
        let names = drafts.filter { $0.row.publicKey == nil }.map(\.row.name)
        if !names.isEmpty, sheet == nil {
            throw ValidationError("\(names.count) students need a password: say with --sheet where the passwords go")
        }
        let made = try await withThrowingTaskGroup(of: (String, String, PasswordHash).self) { group in
            var made: [String: (password: String, hash: PasswordHash)] = [:]
            var waiting = names[...]
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addHashing(of: waiting.popFirst(), to: &group) }
            while let (name, password, hash) = try await group.next() {
                made[name] = (password, hash)
                addHashing(of: waiting.popFirst(), to: &group)
            }
            return made
        }
        for index in drafts.indices { drafts[index].passwordHash = made[drafts[index].row.name]?.hash }
        return made.mapValues(\.password)
    }

    private func addHashing(
        of name: String?, to group: inout ThrowingTaskGroup<(String, String, PasswordHash), any Error>
    ) {
        guard let name else { return }
        group.addTask {
            let password = FirstPassword.make()
            return (name, password, try PasswordHash.make(password: password))
        }
    }

    private func writeSheet(_ drafts: [StudentDraft], _ passwords: [String: String]) throws {
        let slips = drafts.compactMap { draft in
            passwords[draft.row.name].map { password in
                let name = draft.row.displayName.map { "\($0)\n" } ?? ""
                return "\(name)    ssh \(draft.row.name)@\(server)\n    password  \(password)\n"
            }
        }
        let text = slips.joined(separator: "\n- - - - - - - - - - - - - - - - - - - - - - - - - - - - - -\n\n")
        try PrivateFile.create(sheet ?? "", text)
    }
}
