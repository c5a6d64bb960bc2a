import Testing

@testable import Gateway

@Suite("The launcher's notice of the end")
struct EndNoticeTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("is found whole or in pieces, and everything else is passed on")
    func found() {
        let text = "before \u{1e}lab" + EndNotice().words + " \u{1e}labgate-end-"
        for size in 1...80 {
            var notice = EndNotice()
            let all = bytes("\(text)\(notice.words)\nafter l")
            var passed: [UInt8] = []
            for start in stride(from: 0, to: all.count, by: size) {
                passed += notice.take(Array(all[start..<min(start + size, all.count)]))
            }
            #expect(notice.hasCome)
            #expect(passed + notice.takeRest() == bytes(text + "after l"), "in pieces of \(size)")
        }
    }

    @Test("holds back nothing but what may become it, and gives that back at the end")
    func held() {
        var notice = EndNotice()
        #expect(notice.take(bytes("error: label")) == bytes("error: label"))
        #expect(notice.take(bytes("done\n\u{1e}labgate-")) == bytes("done\n"))
        #expect(notice.takeRest() == bytes("\u{1e}labgate-"))
        #expect(!notice.hasCome)
        #expect(notice.takeRest().isEmpty)
    }

    @Test("is not that of another command")
    func other() {
        var notice = EndNotice()
        let words = bytes(EndNotice().words + "\n")
        #expect(notice.take(words) + notice.takeRest() == words)
        #expect(!notice.hasCome)
    }
}
