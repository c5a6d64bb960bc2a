/// Names of environment variables that a client may set, as in sshd's `AcceptEnv`: `*` and `?` are wildcards.
public struct EnvironmentPattern: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String

    /// Names that steer the loader, the shell or the gateway's own set-up of a lab: never taken from a client.
    private static let reserved: [[UInt8]] = [
        "LD_*", "PATH", "HOME", "SHELL", "USER", "LOGNAME", "PWD", "BASH_ENV", "BASH_FUNC_*", "BASHOPTS", "SHELLOPTS",
        "ENV", "IFS", "PS4", "KUBERNETES_*",
    ].map { Array($0.utf8) }

    /// Reads a pattern.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue` if it has other characters than letters, digits, `_`, `*`
    ///   and `?`, or could match a name that clients must not set.
    public init(_ text: String) throws(ClassroomError) {
        let isSane = text.utf8.allSatisfy {
            EnvironmentName.isNameByte($0) || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?")
        }
        guard (1...128).contains(text.utf8.count), isSane else {
            throw ClassroomError(.invalidValue, "\(text) may only have letters, digits, _, * and ?")
        }
        if let danger = Self.reserved.first(where: { Self.overlap(Array(text.utf8), $0) }) {
            let name = String(decoding: danger, as: UTF8.self)
            throw ClassroomError(.invalidValue, "\(text) could match \(name), which clients must not set")
        }
        self.description = text
    }

    /// Whether the pattern covers `name`, and `name` is one that shells can export.
    public func matches(_ name: String) -> Bool {
        EnvironmentName.isValid(name) && Self.overlap(Array(description.utf8), Array(name.utf8))
    }

    /// What clients may set in a course that does not say.
    public static let defaults: [EnvironmentPattern] = [
        "LANG", "LC_*", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "GIT_PROTOCOL", "TZ", "EDITOR", "VISUAL",
        "NO_COLOR",
    ].map(EnvironmentPattern.init(trusted:))

    private init(trusted text: String) {
        self.description = text
    }

    /// Whether some name matches both patterns. A name is a pattern without wildcards.
    ///
    /// Quadratic: one row of states per byte of `left`, where state j is "`right` is used up to j".
    private static func overlap(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let (star, any) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        var row = [Bool](repeating: false, count: right.count + 1)
        row[0] = true
        for j in right.indices where right[j] == star { row[j + 1] = row[j] }
        for byte in left {
            var next = [Bool](repeating: false, count: right.count + 1)
            next[0] = byte == star && row[0]
            for j in right.indices {
                if byte == star || right[j] == star {
                    next[j + 1] = row[j + 1] || next[j]
                } else if byte == right[j] || byte == any || right[j] == any {
                    next[j + 1] = row[j]
                }
            }
            row = next
        }
        return row[right.count]
    }
}
