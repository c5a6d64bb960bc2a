import Yams

extension Problem {
    /// What the YAML parser complains about, with its line.
    init(yamlError error: any Error, file: String, text: String) {
        var line: Int?
        var column: Int?
        let message: String
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            (line, column) = (mark.line, mark.column)
            message = "not valid YAML: " + [context?.text, problem].compactMap(\.self).joined(separator: ", ")
        case .reader(let problem, let offset, _, _):
            line = offset.map { text.prefix($0).count { $0.isNewline } + 1 }
            message = "not valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            (line, column) = (context.mark.line, context.mark.column)
            message = "the key \(duplicates.joined(separator: ", ")) is given twice in one mapping"
        default:
            message = "not valid YAML"
        }
        self.init(.error, at: SourceLocation(file: file, line: line), column: column, message)
    }
}
