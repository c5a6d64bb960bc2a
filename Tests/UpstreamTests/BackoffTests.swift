import Testing

@testable import Upstream

@Suite("A backoff")
struct BackoffTests {
    @Test("waits longer and longer after failures, but not too long")
    func backoff() {
        var backoff = Backoff(minimum: .milliseconds(100), maximum: .seconds(1))
        let waits = (0..<8).map { _ in backoff.next() }
        #expect(waits[0] >= .milliseconds(100))
        #expect(waits[0] <= .milliseconds(150))
        #expect(waits[2] >= .milliseconds(400))
        #expect(waits[7] >= .seconds(1))
        #expect(waits[7] <= .milliseconds(1500))
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(150))
    }

    @Test("starts over after what went well for as long as its longest wait, and not after less")
    func success() {
        var backoff = Backoff(minimum: .milliseconds(100), maximum: .seconds(1))
        for _ in 0..<8 { _ = backoff.next() }
        #expect(backoff.next(after: .milliseconds(999)) >= .seconds(1))
        #expect(backoff.next(after: .seconds(1)) <= .milliseconds(150))
        #expect(backoff.next() >= .milliseconds(200))
    }
}
