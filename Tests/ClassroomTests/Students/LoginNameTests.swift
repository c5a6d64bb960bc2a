import Testing

@testable import Classroom

@Suite("Login name")
struct LoginNameTests {
    @Test(
        "A login names a student and perhaps a course",
        arguments: [
            ("edu01", "edu01", nil), ("edu01+algorithms", "edu01", "algorithms"), ("a@b+c-1", "a@b", "c-1"),
            ("jose\u{301}", "jos\u{E9}", nil),
        ] as [(String, String, String?)])
    func parses(text: String, student: String, course: String?) throws {
        let login = try #require(LoginName.parse(text))
        #expect(login.student == student && login.course == course)
        #expect(LoginName.parse(Array(text.utf8)) == login)
        #expect(LoginName.parse(login.description) == login)
    }

    @Test(
        "Anything else is nobody",
        arguments: [
            "", "+", "+c", "edu01+", "edu01+A", "edu01+a+b", "edu01++a", "edu01+-", "edu01+a b", "edu01 +a", "-x",
        ])
    func nobody(text: String) {
        #expect(LoginName.parse(text) == nil)
    }

    @Test("Bytes that are not UTF-8, and endless ones, are nobody")
    func bytes() {
        #expect(LoginName.parse([0xFF, 0xFE]) == nil)
        #expect(LoginName.parse([0x61, 0xC3]) == nil)
        #expect(LoginName.parse([0xED, 0xA0, 0x80]) == nil)
        #expect(LoginName.parse([0x61, 0x00]) == nil)
        #expect(LoginName.parse(repeatElement(UInt8(ascii: "a"), count: 10_000_000)) == nil)
        #expect(LoginName.parse(Array("a+".utf8) + [UInt8](repeating: 0x61, count: 64)) == nil)
    }

    @Test("No bytes at all can make it fail: a walk over random ones")
    func total() {
        var random = SplitMix(state: 1)
        let alphabet = Array("ab+-. /:@\u{301}é学\0\n".utf8) + [0xFF, 0xC0, 0xED]
        for _ in 0..<20_000 {
            let count = Int(random.next() % 80)
            let bytes = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            guard let login = LoginName.parse(bytes) else { continue }
            #expect(StudentName.normalized(login.student) == login.student)
            #expect(LoginName.parse(login.description) == login)
        }
    }
}

/// A small generator that gives the same numbers each time (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
