import Foundation
import SwiftCSV

/// The roster of a class as the university's administration exports it: a table in a CSV file, with a row for each student.
///
/// The first row names the columns, in any order and case; commas, semicolons and tabs separate. `name` is the login name
/// and has to be there. Columns that labgate does not know are left out, which a warning says.
public struct RosterTable: Sendable {
    /// One student's row.
    public struct Row: Hashable, Sendable {
        /// The row in the file, from 1; the names of the columns are row 1.
        public let number: Int
        /// The login name, normalized as ``StudentName`` says.
        public let name: String
        /// The name people use.
        public let displayName: String?
        /// The courses that the row names.
        public let courses: [String]
        /// The key that the row gives, as in an authorized_keys file.
        public let publicKey: String?
    }

    /// A column that is understood.
    private enum Column: String, CaseIterable {
        case name, displayName, courses, publicKey

        /// Other names, lowercase, without blanks, dashes and underscores.
        private var synonyms: Set<String> {
            switch self {
            case .name: ["name", "login", "loginname", "user", "username", "account"]
            case .displayName: ["displayname", "fullname", "realname"]
            case .courses: ["courses", "course"]
            case .publicKey: ["publickey", "publickeys", "sshkey", "key"]
            }
        }

        init?(header: String) {
            let plain = header.lowercased().filter { !" -_\u{FEFF}".contains($0) }
            guard let column = Column.allCases.first(where: { $0.synonyms.contains(plain) }) else { return nil }
            self = column
        }
    }

    /// The students, in the order of the file.
    public let rows: [Row]
    /// What is odd, but can be used.
    public let warnings: [Problem]

    /// Reads a file.
    ///
    /// Blocks while it is read.
    ///
    /// - Parameter courses: for rows that name none.
    /// - Throws: ``ClassroomError`` with every problem, if one of them is an error.
    public init(contentsOf path: String, courses: [String]) throws(ClassroomError) {
        let problems = ProblemCollector()
        let rows = SourceFile(contentsOf: path, problems: problems).map { file in
            Self.rows(file.text, file: path, courses: courses, problems)
        }
        warnings = try problems.warningsOrThrow()
        self.rows = rows ?? []
    }

    /// Reads text; `file` is the name that problems give.
    ///
    /// - Throws: ``ClassroomError`` with every problem, if one of them is an error.
    public init(csv text: String, file: String, courses: [String]) throws(ClassroomError) {
        let problems = ProblemCollector()
        rows = Self.rows(text, file: file, courses: courses, problems)
        warnings = try problems.warningsOrThrow()
    }

    private static func rows(
        _ text: String, file: String, courses: [String], _ problems: ProblemCollector
    ) -> [Row] {
        let report = { (message: String, row: Int, severity: Problem.Severity) in
            problems.report(Problem(severity, at: SourceLocation(file: file, line: nil), "row \(row): \(message)"))
        }
        // A mark that is never closed would swallow the rest of the class, and the parser would not mind.
        guard text.count(where: { $0 == "\"" }).isMultiple(of: 2),
            let table = try? EnumeratedCSV(string: text, loadColumns: false)
        else {
            report("from here on this is not CSV: a quotation mark is open, or in the middle of a field", 1, .error)
            return []
        }
        let columns = table.header.map(Column.init(header:))
        check(table.header, columns) { report($0, 1, $1) }
        var numbers: [String: Int] = [:]
        return table.rows.enumerated().compactMap { index, fields in
            let number = index + 2
            checkCells(fields, columnCount: columns.count) { report($0, number, .error) }
            let cells = zip(columns, fields.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) })
            guard cells.contains(where: { !$0.1.isEmpty }), columns.contains(.name) else { return nil }
            let values = Dictionary(
                cells.filter { $0.0 != nil && !$0.1.isEmpty }, uniquingKeysWith: { first, _ in first })
            guard let row = row(number, values, courses, { report($0, number, .error) }) else { return nil }
            if let first = numbers.updateValue(number, forKey: row.name) {
                report("\(row.name) is in row \(first), too", number, .error)
            }
            return row
        }
    }

    /// What no column is for would be lost, or has moved what is for one; and a quotation mark that is closed in a later row
    /// takes the rows between for one cell.
    private static func checkCells(_ fields: [String], columnCount: Int, _ report: (String) -> Void) {
        let more = fields.dropFirst(columnCount).filter { !$0.allSatisfy(\.isWhitespace) }
        if !more.isEmpty {
            report(
                "there are more cells than columns (\(more.joined(separator: ", "))); "
                    + "a cell that has a separator in it needs quotation marks")
        }
        if let cell = fields.first(where: { $0.contains(where: \.isNewline) }) {
            report("a cell goes on in the next row, from \(cell.prefix { !$0.isNewline })")
        }
    }

    private static func check(
        _ header: [String], _ columns: [Column?], _ report: (String, Problem.Severity) -> Void
    ) {
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        if !columns.contains(.name) {
            report("no column is called name, which holds the login names; known are \(known)", .error)
        }
        for (header, column) in zip(header, columns) where column == nil && !header.isEmpty {
            report("the column \(header) is left out; known are \(known)", .warning)
        }
        for column in Column.allCases where columns.count(where: { $0 == column }) > 1 {
            report("there is more than one column for \(column.rawValue)", .error)
        }
    }

    private static func row(
        _ number: Int, _ values: [Column?: String], _ courses: [String], _ report: (String) -> Void
    ) -> Row? {
        guard let text = values[.name] else {
            report("there is no name")
            return nil
        }
        guard let name = StudentName.normalized(text) else {
            report("the name \(text) \(StudentName.rule)")
            return nil
        }
        let named = values[.courses]?.split(whereSeparator: { " ,;|\t".contains($0) }).map(String.init)
        let courses = named ?? courses
        if courses.isEmpty { report("\(name) has no course; name one in a column courses, or with --course") }
        for course in courses where !DNSLabel.isValid(course) {
            report("\(course) cannot be the name of a course: small letters, digits and dashes")
        }
        do throws(ClassroomError) {
            if let key = values[.publicKey] { _ = try PublicKey.parse(key) }
        } catch {
            report("publicKey: \(error)")
        }
        return Row(
            number: number, name: name, displayName: values[.displayName], courses: courses,
            publicKey: values[.publicKey])
    }
}
