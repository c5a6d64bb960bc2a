import Foundation
import Yams

/// The text of one YAML file or of one resource of the cluster, and its documents.
struct SourceFile: Sendable {
    /// How the text is written.
    enum Format: Hashable, Sendable {
        /// YAML, by people.
        case yaml
        /// JSON, by a program; its lines say nothing.
        case json
    }

    /// Largest file that is read, in bytes: some 20,000 students.
    static let maximumByteCount = 4 << 20
    /// Most values that one document may have after its aliases are followed: tiny files with nested aliases
    /// ("billion laughs") would otherwise grow without end.
    static let maximumValueCount = 500_000
    /// Deepest nesting of lists and mappings.
    static let maximumDepth = 64

    /// The path as problems name it.
    let path: String
    /// The whole text.
    let text: String
    /// How it is written.
    let format: Format

    /// Takes text that is at hand.
    init(path: String, text: String, format: Format = .yaml) {
        self.path = path
        self.text = text
        self.format = format
    }

    /// Reads a file; nil, with the problem reported, if it cannot be read, is too large or is not UTF-8.
    init?(contentsOf path: String, problems: ProblemCollector) {
        func report(_ message: String) {
            problems.report(Problem(.error, at: SourceLocation(file: path, line: nil), message))
        }
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let kind = try? FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
        // To open a pipe would wait for somebody to write into it.
        // A symbolic link that is left after resolving leads nowhere, which opening tells better.
        if let kind, kind != .typeRegular, kind != .typeSymbolicLink {
            report("this is not a file")
            return nil
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            let data = try handle.read(upToCount: Self.maximumByteCount + 1) ?? Data()
            guard data.count <= Self.maximumByteCount else {
                report("the file is larger than \(Self.maximumByteCount >> 20) MiB; split it")
                return nil
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                report("the file is not UTF-8 text")
                return nil
            }
            self.init(path: path, text: text)
        } catch {
            report("the file cannot be read: \(error.localizedDescription)")
            return nil
        }
    }

    /// The documents up to the first that is not YAML; empty ones (only comments) are left out.
    func documents(problems: ProblemCollector) -> [Field] {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        if let refusal = refusal(of: text) {
            problems.report(Problem(.error, at: SourceLocation(file: path, line: nil), refusal))
            return []
        }
        var documents: [Field] = []
        do {
            // Types are told apart by `yamlType`, where they matter; the basic resolver spares the work elsewhere.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                let field = Field(
                    node: root, path: "", mark: root.mark, file: path, problems: problems, hasLines: format == .yaml)
                if root.scalar?.isNull == true { continue }
                var remaining = Self.maximumValueCount
                if let excess = Self.excess(of: root, depth: 0, remaining: &remaining) {
                    field.report(excess)
                } else {
                    documents.append(field)
                }
            }
        } catch {
            let problem = Problem(yamlError: error, file: path, text: text)
            problems.report(
                format == .yaml ? problem : Problem(.error, at: problem.location.withoutLine, problem.message))
        }
        return documents
    }

    /// Why a text is not given to the parser; nil if it may be.
    private func refusal(of text: String) -> String? {
        switch format {
        case .yaml:
            AliasGuard.mayExplodeWhileParsing(text)
                ? "aliases together with keys that are lists, mappings or aliases are refused: write them out" : nil
        case .json:
            JSONText.hasOnlyJSONTokens(text) ? nil : "not valid JSON"
        }
    }

    /// What makes a document too big to be walked; nil if nothing does.
    private static func excess(of node: Node, depth: Int, remaining: inout Int) -> String? {
        remaining -= 1
        if remaining < 0 {
            return "the document has more than \(maximumValueCount) values once its aliases are followed"
        }
        if depth > maximumDepth { return "the document is nested more than \(maximumDepth) levels deep" }
        switch node {
        case .scalar, .alias:
            return nil
        case .sequence(let sequence):
            for element in sequence {
                if let excess = excess(of: element, depth: depth + 1, remaining: &remaining) { return excess }
            }
        case .mapping(let mapping):
            for (_, value) in mapping {
                if let excess = excess(of: value, depth: depth + 1, remaining: &remaining) { return excess }
            }
        }
        return nil
    }
}
