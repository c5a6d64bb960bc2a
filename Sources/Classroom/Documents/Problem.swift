/// One thing wrong with a document: where it is and what to do about it, in a sentence for the person who wrote it.
public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// Whether the documents can be used in spite of the problem.
    public enum Severity: String, Hashable, Sendable {
        /// Nothing of this reading may be used.
        case error
        /// Usable, but hardly what its author meant.
        case warning
    }

    /// Whether the documents can be used in spite of the problem.
    public let severity: Severity
    /// The file and line.
    public let location: SourceLocation
    /// The column in the line, from 1, where it is known.
    public let column: Int?
    /// The key it is about, such as `spec.courses[1]`; empty when it is about the document as a whole.
    public let keyPath: String
    /// What is wrong and what would be right.
    public let message: String

    /// Makes a problem; `keyPath` is empty when the whole document is meant.
    public init(
        _ severity: Severity,
        at location: SourceLocation,
        column: Int? = nil,
        keyPath: String = "",
        _ message: String
    ) {
        self.severity = severity
        self.location = location
        self.column = column
        self.keyPath = keyPath
        self.message = message
    }

    /// `file:line: key.path: message`; warnings say so after the place.
    public var description: String {
        let prefix = severity == .warning ? "\(location): warning: " : "\(location): "
        return keyPath.isEmpty ? prefix + message : prefix + "\(keyPath): \(message)"
    }
}

extension Problem: Comparable {
    /// Reading order: by file, then line, then column.
    public static func < (left: Problem, right: Problem) -> Bool {
        (left.location.file, left.location.line ?? 0, left.column ?? 0, left.description)
            < (right.location.file, right.location.line ?? 0, right.column ?? 0, right.description)
    }
}
