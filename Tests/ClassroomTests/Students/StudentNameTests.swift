import Testing

@testable import Classroom

@Suite("Student name")
struct StudentNameTests {
    @Test(
        "Names of every script are kept as they are",
        arguments: [
            "a", "edu01", "Edu01", "EDU01", "0", "007", "a.b", "a..b", "a_b", "a-b", "a--", "a.", "a@b.example", "a@",
            "jos\u{E9}", "Стефан", "学生", "がくせい", "학생", "طالب", "תלמיד", "μαθητής", "นักเรียน", "छात्र", "ẞtraße",
            "a\u{323}\u{302}b", "١٢٣", "𝒜da", "ﬁsh", "İstanbul", "x\u{345}", String(repeating: "a", count: 64),
            String(repeating: "ä", count: 32),
        ])
    func legal(name: String) throws {
        let normalized = try #require(StudentName.normalized(name))
        #expect(StudentName.normalized(normalized).map { Array($0.utf8) } == Array(normalized.utf8))
    }

    @Test(
        "Ugly names are nobody's",
        arguments: [
            "", " ", "a b", " a", "a ", "-a", "--help", "-", ".", "..", ".a", "@a", "_a", "a+b", "+", "a/b", "/",
            "../a",
            "a:b", "a\\b", "a\0", "\0", "a\n", "\r", "a\tb", "\u{7F}", "\u{1B}[31m", "a\u{85}", "a\u{A0}b",
            "a\u{2003}b",
            "a\u{200B}b", "a\u{200D}b", "a\u{2028}", "a\u{202E}b", "\u{FEFF}a", "a\u{FFFD}", "a\u{AD}b", "\u{115F}",
            "a\u{3164}", "a\u{FE0F}", "a\u{E0100}", "\u{301}a", "a*", "a?", "a$b", "$(id)", "`id`", "a;b", "a|b", "a&b",
            "a<b", "a\"b", "a'b", "a,b", "a=b", "a%b", "a#b", "a~", "a!", "(a)", "[a]", "{a}", "a😀", "½", "\u{E000}",
            String(repeating: "a", count: 65), String(repeating: "ä", count: 33),
            String(repeating: "a", count: 100_000),
        ])
    func illegal(name: String) {
        #expect(StudentName.normalized(name) == nil)
    }

    @Test("Spellings that look the same and are canonically equal become one, to the byte")
    func normalization() {
        #expect(StudentName.normalized("jose\u{301}").map { Array($0.utf8) } == Array("jos\u{E9}".utf8))
        #expect(StudentName.normalized("\u{1112}\u{1161}\u{11AB}").map { Array($0.utf8) } == Array("\u{D55C}".utf8))
        #expect(StudentName.normalized("\u{212B}").map { Array($0.utf8) } == Array("\u{C5}".utf8))
    }
}
