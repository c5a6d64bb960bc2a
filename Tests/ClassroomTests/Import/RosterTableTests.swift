import Classroom
import Testing

@Suite("A roster as a table")
struct RosterTableTests {
    private func table(_ text: String, courses: [String] = ["c"]) throws(ClassroomError) -> RosterTable {
        try RosterTable(csv: text, file: "roster.csv", courses: courses)
    }

    private func problems(of text: String, courses: [String] = ["c"]) throws -> [String] {
        let error = #expect(throws: ClassroomError.self) { try table(text, courses: courses) }
        return try #require(error).problems.filter { $0.severity == .error }.map(\.description)
    }

    @Test(
        "Columns are found by their names, in any order, case and spelling",
        arguments: [
            "name,displayName,courses\nedu01,\"Lovelace, Ada\",c-programming algorithms\n",
            "Courses;Full Name;User-Name\r\nc-programming, algorithms;Lovelace, Ada;edu01\r\n",
            "\u{FEFF}login\tcourses\tdisplay_name\nedu01\tc-programming;algorithms\tLovelace, Ada",
        ])
    func columns(text: String) throws {
        let row = try #require(try table(text).rows.first)
        #expect(row.name == "edu01")
        #expect(row.displayName == "Lovelace, Ada")
        #expect(row.courses == ["c-programming", "algorithms"])
        #expect(row.number == 2)
    }

    @Test("A row without a course gets the course that was named, and empty rows are nobody")
    func defaults() throws {
        let rows = try table("name,courses\nedu01,\n\n ,\nedu02,other\n", courses: ["usual"]).rows
        #expect(rows.map(\.name) == ["edu01", "edu02"])
        #expect(rows.map(\.courses) == [["usual"], ["other"]])
    }

    @Test("A column that nobody knows is left out, and a warning says so")
    func unknownColumn() throws {
        let table = try table("name,matriculation\nedu01,4711\n")
        #expect(table.rows.count == 1)
        #expect(table.warnings.map(\.message).joined().contains("the column matriculation is left out"))
    }

    @Test("Every mistake of the table is told at once, with its row")
    func mistakes() throws {
        let found = try problems(
            of: "name,publicKey\nedu01,ssh-rsa AAAA\n+x,\n,ssh-ed25519 AAAA\nedu02,\nedu02,\n", courses: [])
        #expect(found.contains { $0.hasPrefix("roster.csv: row 2: edu01 has no course") })
        #expect(found.contains { $0.hasPrefix("roster.csv: row 2: publicKey: ") })
        #expect(found.contains { $0.hasPrefix("roster.csv: row 3: the name +x must be") })
        #expect(found.contains("roster.csv: row 4: there is no name"))
        #expect(found.contains("roster.csv: row 6: edu02 is in row 5, too"))
    }

    @Test(
        "What no column is for, and what swallows rows, is told and not dropped",
        arguments: [
            ("name,courses\nedu01,algorithms,databases\n", "row 2: there are more cells than columns (databases)"),
            ("displayName,name\nLovelace, Ada,edu01\n", "row 2: there are more cells than columns (edu01)"),
            ("name,displayName\nedu03,\"Max\nedu04,Eva\nedu07,Tom\"\n", "row 2: a cell goes on in the next row, from Max"),
        ])
    func surplus(text: String, expected: String) throws {
        #expect(try problems(of: text).joined().contains(expected))
        #expect(try table("name,displayName\nedu01,Ada,,\n").rows.map(\.name) == ["edu01"])
    }

    @Test(
        "A table without login names, or that is no table, is refused",
        arguments: [
            ("displayName\nAda\n", "no column is called name"), ("name\n\"edu01\n", "this is not CSV"),
            ("name,login\nedu01,edu02\n", "more than one column for name"), ("", "no column is called name"),
        ])
    func noTable(text: String, expected: String) throws {
        #expect(try problems(of: text).joined().contains(expected))
    }
}

@Suite("A student who is to be")
struct StudentDraftTests {
    private func draft(_ name: String, taken: Set<String> = []) throws -> StudentDraft {
        let quoted = "\"\(name)\",\"Ada \"\"the Countess\"\" Lovelace: #1\""
        let rows = try RosterTable(csv: "name,displayName\n\(quoted)\n", file: "roster.csv", courses: ["c"]).rows
        return StudentDraft(try #require(rows.first), taken: taken)
    }

    private static let hash = Result { try PasswordHash.make(password: "secret") }

    @Test(
        "The document says who it is, whatever is in the name",
        arguments: [
            ("edu01", "edu01"), ("Ada.Lovelace", "ada-lovelace"), ("ada@example.edu", "ada-example-edu"), ("Émilie", "emilie"),
            ("李明", "li-ming"), ("4711234", "4711234"), ("007", "007"), ("1e5", "1e5"), ("no", "no"), ("null", "null"),
        ])
    func document(login: String, name: String) throws {
        var draft = try draft(login)
        draft.passwordHash = try Self.hash.get()
        #expect(draft.documentName == name)
        let course = "apiVersion: labgate.dev/v1alpha1\nkind: Course\nmetadata: {name: c}\nspec: {image: i}\n"
        let classroom = try Classroom.parse(yaml: course + draft.document, file: "f.yaml")
        let student = try #require(classroom.student(named: login))
        #expect(student.displayName == "Ada \"the Countess\" Lovelace: #1")
        #expect(student.courses == ["c"])
        #expect(try student.passwordHash == Self.hash.get())
    }

    @Test("Courses whose names are numbers or switches to YAML are named as they are")
    func oddCourses() throws {
        let rows = try RosterTable(csv: "name\nedu01\n", file: "roster.csv", courses: ["101", "on", "c-1"]).rows
        let draft = StudentDraft(try #require(rows.first), taken: [])
        #expect(draft.document.contains("courses: [\"101\", \"on\", \"c-1\"]"))
    }

    @Test("No two documents have the same name")
    func taken() throws {
        #expect(try draft("ada@x", taken: ["ada-x", "ada-x-2"]).documentName == "ada-x-3")
    }

    @Test("Students who are there have the documents that they would be given")
    func known() throws {
        let names = StudentDraft.documentNames(of: ["ada@x", "ada.x", "edu01"])
        #expect(names == ["ada-x", "ada-x-2", "edu01"])
        #expect(try draft("ada x".replacing(" ", with: "_"), taken: names).documentName == "ada-x-3")
    }

    @Test("First passwords differ, and have no letter that is taken for another")
    func passwords() {
        let passwords = Set((0..<1000).map { _ in FirstPassword.make() })
        #expect(passwords.count == 1000)
        #expect(passwords.allSatisfy { $0.count == 14 && !$0.contains { "l1o0iO".contains($0) } })
    }
}
