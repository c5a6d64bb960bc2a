import Yams

/// Reads one YAML mapping by a schema that is written as code, collecting every problem with its file, line and key.
///
/// ```swift
/// let image = spec.required("image", .imageReference)
/// let shell = spec.value("shell", .absolutePath, default: "/bin/sh")
/// let home = spec.value("home", .object(Home.init(reading:)), default: Home())
/// ```
///
/// A getter that reports a problem returns nil (or the default) and the reading goes on, so one pass finds everything.
/// Keys that no getter asked for are reported when the mapping's schema ends. What was read may be used only if no
/// error was reported; the functions that start a reading see to that. Belongs to the one thread that reads.
public final class DocumentReader {
    let field: Field
    private let values: [String: Field]
    private var knownKeys: [String] = []
    private var allowsOtherKeys = false

    /// Reads a mapping; nil, with the problem reported, if `field` is not one.
    init?(_ field: Field) {
        guard let mapping = field.mapping() else { return nil }
        self.field = field
        self.values = mapping
    }

    /// The place of this mapping in its document, such as `spec.home`; empty for the document itself.
    public var keyPath: String { field.path }

    /// Where this mapping begins.
    public var location: SourceLocation { field.location }

    /// Whether the document gives the key. Does not count as asking for it.
    public func has(_ key: String) -> Bool {
        values[key] != nil
    }

    /// The value of a key that has to be there; nil if a problem was reported.
    public func required<Value>(_ key: String, _ type: FieldType<Value>) -> Value? {
        guard let field = find(key) else {
            report("missing; it is required", at: key)
            return nil
        }
        return type.read(field)
    }

    /// The value of a key that may be left out; nil if it was, or if a problem was reported.
    public func optional<Value>(_ key: String, _ type: FieldType<Value>) -> Value? {
        find(key).flatMap(type.read)
    }

    /// The value of a key that may be left out, or what stands for it then.
    public func value<Value>(_ key: String, _ type: FieldType<Value>, default: @autoclosure () -> Value) -> Value {
        optional(key, type) ?? `default`()
    }

    /// Which of several keys that exclude each other the document gives; nil, with the problem reported, unless it is
    /// exactly one.
    public func exactlyOne(of keys: String...) -> String? {
        knownKeys += keys
        let given = keys.filter(has)
        switch given.count {
        case 1: return given[0]
        case 0: report("needs one of \(keys.joined(separator: ", "))")
        default: report("has \(given.joined(separator: " and ")), which exclude each other; keep one")
        }
        return nil
    }

    /// Reports a problem with this mapping, or with the value under one of its keys.
    public func report(_ message: String, at key: String? = nil, severity: Problem.Severity = .error) {
        guard let key else { return field.report(message, severity: severity) }
        if let value = values[key] { return value.report(message, severity: severity) }
        field.member(key, field.node, mark: field.mark).report(message, severity: severity)
    }

    /// Takes other keys than those that the schema asks for as somebody else's.
    func allowOtherKeys() {
        allowsOtherKeys = true
    }

    /// Reports every key that the schema did not ask for. To be called when the schema has been read.
    func reportUnknownKeys() {
        field.problems.noteSchema(keys: knownKeys, at: field.path)
        if allowsOtherKeys { return }
        for (key, value) in values where !knownKeys.contains(key) {
            value.report("unknown key; \(Spelling.advice(for: key, known: knownKeys))")
        }
    }

    private func find(_ key: String) -> Field? {
        knownKeys.append(key)
        return values[key]
    }
}

extension DocumentReader {
    /// Reads a file that holds a single document.
    ///
    /// - Returns: what `schema` made of it, and the warnings.
    /// - Throws: ``ClassroomError`` with every problem of the file, if one of them is an error.
    public static func read<Value>(
        contentsOf path: String,
        as schema: @escaping (DocumentReader) -> Value?
    ) throws(ClassroomError) -> (value: Value, warnings: [Problem]) {
        let problems = ProblemCollector()
        let file = SourceFile(contentsOf: path, problems: problems)
        return try read(file, problems, as: schema)
    }

    /// Reads a single document from text; `file` is the name that problems give.
    ///
    /// - Returns: what `schema` made of it, and the warnings.
    /// - Throws: ``ClassroomError`` with every problem of the text, if one of them is an error.
    public static func read<Value>(
        yaml text: String,
        file: String,
        as schema: @escaping (DocumentReader) -> Value?
    ) throws(ClassroomError) -> (value: Value, warnings: [Problem]) {
        try read(SourceFile(path: file, text: text), ProblemCollector(), as: schema)
    }

    private static func read<Value>(
        _ file: SourceFile?,
        _ problems: ProblemCollector,
        as schema: @escaping (DocumentReader) -> Value?
    ) throws(ClassroomError) -> (value: Value, warnings: [Problem]) {
        var value: Value?
        if let file {
            let documents = file.documents(problems: problems)
            if documents.count == 1 {
                value = FieldType.object(schema).read(documents[0])
            } else if !problems.hasErrors {
                let message = documents.isEmpty ? "the file is empty" : "the file holds more than one document"
                problems.report(Problem(.error, at: SourceLocation(file: file.path, line: nil), message))
            }
        }
        let warnings = try problems.warningsOrThrow()
        guard let value else { throw ClassroomError(.invalidDocuments, "the document could not be read") }
        return (value, warnings)
    }
}
