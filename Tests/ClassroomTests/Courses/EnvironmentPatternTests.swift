import Testing

@testable import Classroom

@Suite("Environment pattern")
struct EnvironmentPatternTests {
    @Test(
        "Wildcards match as in sshd's AcceptEnv",
        arguments: [
            ("LANG", "LANG", true), ("LANG", "LANGUAGE", false), ("LC_*", "LC_", true), ("LC_*", "LC_ALL", true),
            ("LC_*", "XLC_ALL", false), ("L?NG", "LONG", true), ("L?NG", "LNG", false), ("A*B*C", "AxxBxxC", true),
            ("A*B*C", "AxxCxxB", false), ("A*", "A B", false), ("A*", "A*", false), ("A*", "A=1", false),
        ])
    func matches(pattern: String, name: String, expected: Bool) throws {
        #expect(try EnvironmentPattern(pattern).matches(name) == expected)
    }

    @Test(
        "A pattern that could match a dangerous name is refused",
        arguments: [
            ("*", "LD_*"), ("L*", "LD_*"), ("LD_LIBRARY_PATH", "LD_*"), ("?D_X", "LD_*"), ("*_PATH", "LD_*"),
            ("PAT?", "PATH"), ("PATH", "PATH"), ("*ENV", "LD_*"), ("BASH_EN*", "BASH_ENV"), ("ENV", "ENV"),
            ("IF?", "IFS"), ("HO*E", "HOME"), ("USER*", "USER"), ("KUBERNETES_SERVICE_HOST", "KUBERNETES_*"),
        ])
    func dangerous(pattern: String, name: String) {
        #expect(throws: ClassroomError(.invalidValue, "\(pattern) could match \(name), which clients must not set")) {
            try EnvironmentPattern(pattern)
        }
    }

    @Test(
        "A pattern beside them is not",
        arguments: ["LC_*", "GIT_*", "PATHS", "XPATH", "ENVIRONMENT", "HOMEPAGE", "MY_*"])
    func harmless(pattern: String) throws {
        #expect(try EnvironmentPattern(pattern).description == pattern)
    }

    @Test("Other characters are refused", arguments: ["", "A B", "A=B", "A\0", "Ä", "[AB]"])
    func malformed(pattern: String) {
        #expect(throws: ClassroomError.self) { try EnvironmentPattern(pattern) }
    }

    @Test("The defaults would themselves be accepted")
    func defaults() throws {
        for pattern in EnvironmentPattern.defaults {
            #expect(try EnvironmentPattern(pattern.description) == pattern)
        }
    }
}
