import Testing

@testable import Gateway

@Suite("Words of a lab on a terminal")
struct PlainTextTests {
    @Test("lose what would move the cursor or turn letters around, and keep the rest")
    func controls() {
        let text = "tar: \u{1B}]0;owned\u{07}./\u{202E}txt.exe\u{9B}2J\nÉmilie 李明 👩"
        let plain = "tar: \u{FFFD}]0;owned\u{FFFD}./\u{FFFD}txt.exe\u{FFFD}2J\u{FFFD}Émilie 李明 👩"
        #expect(text.withoutControls == plain)
        #expect(HomeCollector.Failure(text).description == plain)
    }
}
