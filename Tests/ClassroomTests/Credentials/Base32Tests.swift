import Testing

@testable import Classroom

@Suite("Base 32")
struct Base32Tests {
    @Test(
        "The test vectors of RFC 4648 §10, without padding",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func vectors(bytes: String, text: String) {
        #expect(Base32.encode(Array(bytes.utf8)) == text)
        #expect(Base32.decode(text) == Array(bytes.utf8))
    }

    @Test(
        "What is not the one way to write some bytes is refused",
        arguments: ["M", "MZX", "MZXW6Y", "MZ", "my", "MY======", "M1", "MZXW 6", "ÄÖ"])
    func refusals(text: String) {
        #expect(Base32.decode(text) == nil)
    }
}
