/// What a client gives as its SSH user name: `student` or `student+course`.
///
/// A claim, not an identity: whoever logs in has still to prove to be that student.
public struct LoginName: Hashable, Sendable, CustomStringConvertible {
    /// The student's name, normalized as ``StudentName`` says. There may be no such student.
    public let student: String
    /// The course that is asked for; nil is the student's first. There may be no such course.
    public let course: String?

    /// Reads an SSH user name as it came over the wire; nil if it cannot be anybody's.
    ///
    /// RFC 4252 §5 has user names in UTF-8; other bytes are nobody's name.
    public static func parse(_ rawUserName: some Sequence<UInt8>) -> LoginName? {
        // Longer than any legal name before normalization, with room for a course.
        let bytes = Array(rawUserName.prefix(512))
        return String(validating: bytes, as: UTF8.self).flatMap { parse($0) }
    }

    /// Reads an SSH user name; nil if it cannot be anybody's.
    public static func parse(_ userName: String) -> LoginName? {
        let parts = userName.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let student = parts.first.flatMap({ StudentName.normalized(String($0)) }) else { return nil }
        guard parts.count == 2 else { return LoginName(student: student, course: nil) }
        return DNSLabel.isValid(parts[1]) ? LoginName(student: student, course: String(parts[1])) : nil
    }

    /// As the client would write it.
    public var description: String {
        course.map { "\(student)+\($0)" } ?? student
    }
}
