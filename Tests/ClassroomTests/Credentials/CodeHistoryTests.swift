import Foundation
import Testing

@testable import Classroom

@Suite("Code history")
struct CodeHistoryTests {
    /// Uses codes of one key, one after the other.
    struct Door {
        let key: TOTPKey
        var history = CodeHistory()

        init() throws { key = try TOTPKey.parse(Sample.totpKey) }

        mutating func use(
            _ code: String, after credential: String = "password", attempt: String = UUID().uuidString,
            at seconds: Double
        ) -> CodeVerdict {
            history.use(
                Array(code.utf8), of: key, after: credential, attempt: attempt, at: TOTPKeyTests.at(seconds))
        }

        /// The code of the step that begins at a time.
        func code(at seconds: Double) -> String { key.code(at: TOTPKey.step(at: TOTPKeyTests.at(seconds))) }
    }

    @Test("A code is taken once, with whichever credential, as long as its window is open")
    func onceOnly() throws {
        var door = try Door()
        let code = door.code(at: 3000)
        let verdicts = [
            door.use(code, at: 2970), door.use(code, at: 2970), door.use(code, after: "key", at: 3010),
            door.use(code, at: 3059.9), door.use(code, at: 3060),
        ]
        #expect(verdicts == [.accepted, .usedBefore, .usedBefore, .usedBefore, .wrong])
    }

    @Test("An attempt that is noted twice, because the answer to the first time was lost, is one")
    func twice() throws {
        var door = try Door()
        let code = door.code(at: 3000)
        let verdicts = [
            door.use(code, attempt: "a", at: 3000), door.use(code, attempt: "a", at: 3001),
            door.use(code, attempt: "b", at: 3001), door.use(code, attempt: "a", at: 3002),
            door.use("000000", attempt: "a", at: 3003),
        ]
        #expect(verdicts == [.accepted, .accepted, .usedBefore, .accepted, .wrong])
    }

    @Test("Each step has its own code: an older one that was not used is still good after a newer one")
    func outOfOrder() throws {
        var door = try Door()
        let (older, newer) = (door.code(at: 2970), door.code(at: 3000))
        let verdicts = [door.use(newer, at: 2999), door.use(older, at: 2999), door.use(older, at: 3000)]
        #expect(verdicts == [.accepted, .accepted, .usedBefore])
    }

    @Test("After five wrong codes in a row there are pauses, each twice the last, up to a quarter of an hour")
    func pauses() throws {
        var door = try Door()
        var now = 3000.0
        for _ in 1...CodeHistory.freeMissCount {
            let verdict = door.use("000000", at: now)
            #expect(verdict == .wrong)
        }
        for pause in [30.0, 60, 120, 240, 480, 900, 900] {
            let end = TOTPKeyTests.at(now + pause)
            let right = door.code(at: now + pause - 0.1)
            let verdict = door.use(right, at: now + pause - 0.1)
            #expect(verdict == .paused(until: end), "a right code is not looked at either")
            now += pause
            let next = door.use("000000", at: now)
            #expect(next == .wrong)
        }
    }

    @Test("Whoever guesses with one credential does not lock out who has another")
    func perCredential() throws {
        var door = try Door()
        for _ in 1...20 { _ = door.use("000000", after: "stolen", at: 3000) }
        let (stolen, own) = (door.use(door.code(at: 3000), after: "stolen", at: 3000), door.use(door.code(at: 3000), at: 3000))
        #expect(stolen == .paused(until: TOTPKeyTests.at(3030)))
        #expect(own == .accepted)
    }

    @Test("A right code, or a day, ends the row of wrong ones; one that was used before is not among them")
    func forgetting() throws {
        var door = try Door()
        for _ in 1..<CodeHistory.freeMissCount { _ = door.use("000000", at: 3000) }
        let code = door.code(at: 3000)
        let right = [door.use(code, at: 3000), door.use(code, at: 3000), door.use(code, at: 3000)]
        #expect(right == [.accepted, .usedBefore, .usedBefore])
        #expect(door.history.misses.isEmpty)
        for _ in 1...CodeHistory.freeMissCount { _ = door.use("000000", at: 3000) }
        let nextDay = door.use(door.code(at: 89_400), at: 89_400)
        #expect(nextDay == .accepted)
        #expect(door.history.misses.isEmpty)
    }

    @Test("What a wrong clock has noted holds nobody up, and forgets nothing that can still be used")
    func wrongClock() throws {
        var door = try Door()
        for _ in 1...9 { _ = door.use("000000", at: 1_000_000) }
        let code = door.code(at: 3000)
        let (before, after) = (door.use(code, at: 3000), door.use(code, at: 3010))
        #expect(before == .accepted && after == .usedBefore)
        // A gateway whose clock is five minutes ahead.
        let ahead = door.use(door.code(at: 3300), at: 3300)
        let again = door.use(code, at: 3020)
        #expect(ahead == .accepted && again == .usedBefore)
        #expect(door.history.usedSteps.count == 2)
    }

    @Test("Without the key no code is right")
    func noKey() throws {
        var history = CodeHistory()
        let code = Array(try TOTPKey.parse(Sample.totpKey).code(at: 100).utf8)
        let verdict = history.use(code, of: nil, after: "password", attempt: "1", at: TOTPKeyTests.at(3000))
        #expect(verdict == .wrong)
    }

    @Test("It is kept in the ledger, which says nothing of it if there is nothing, and has no codes in it")
    func ledger() throws {
        var door = try Door()
        _ = door.use(door.code(at: 3000), attempt: "a", at: 3000)
        _ = door.use("000000", after: "SHA256:key", at: 3000)
        var ledger = Ledger()
        #expect(try ledger.json() == #"{"version":1}"#)
        ledger.codes = door.history
        let expected =
            #"{"codes":{"lastUse":{"attempt":"a","step":100},"misses":{"SHA256:key":{"count":1,"last":3000000}},"#
            + #""usedSteps":[100]},"version":1}"#
        #expect(try ledger.json() == expected)
        #expect(try Ledger(json: expected) == ledger)
    }
}
