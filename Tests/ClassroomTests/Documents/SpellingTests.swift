import Testing

@testable import Classroom

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "A slip is recognized, another word is not",
        arguments: [
            ("imgae", "image"), ("Image", "image"), ("imag", "image"), ("shel", "shell"), ("hoem", "home"),
            ("startTimout", "startTimeout"), ("spce", nil), ("picture", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(word: String, expected: String?) {
        #expect(Spelling.nearest(to: word, in: ["image", "shell", "home", "startTimeout"]) == expected)
    }
}
