/// Where in a document something was read, so that every later complaint about it can name the place.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file's path as the reader was given it.
    public let file: String
    /// The line in the file, from 1; nil when the place is the file as a whole.
    public let line: Int?

    /// Makes a location from a path and a line number that counts from 1.
    public init(file: String, line: Int?) {
        self.file = file
        self.line = line
    }

    /// The file as a whole.
    var withoutLine: SourceLocation { SourceLocation(file: file, line: nil) }

    /// `file:line`, as compilers print it, so that editors can jump there.
    public var description: String {
        line.map { "\(file):\($0)" } ?? file
    }
}
