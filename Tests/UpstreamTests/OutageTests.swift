import Testing

@testable import Upstream

@Suite("An outage")
struct OutageTests {
    @Test("is news once, and has a length once it is over")
    func onceEach() async throws {
        var outage = Outage()
        let none = outage.end()
        #expect(none == nil)
        let news = (outage.begin(), outage.begin())
        #expect(news == (true, false))
        try await Task.sleep(for: .milliseconds(10))
        let lengths = (outage.end(), outage.end())
        #expect(try #require(lengths.0) >= .milliseconds(10))
        #expect(lengths.1 == nil)
        let again = outage.begin()
        #expect(again)
    }
}
