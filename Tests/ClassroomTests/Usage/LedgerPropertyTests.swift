import TestSupport
import Foundation
import Testing

@testable import Classroom

@Suite("A ledger's random histories")
struct LedgerPropertyTests {
    static let starts = ["2026-09-30T20:00", "2026-10-24T12:00", "2026-12-31T09:00", "2027-03-27T15:00"]
        .map(BerlinWindows.date)

    @Test(
        "Nothing is lost or counted twice, over midnights, clock changes and crashes",
        arguments: 0..<40 as Range<UInt64>)
    func exact(seed: UInt64) throws {
        var history = LedgerHistory(seed: seed, from: Self.starts[Int(seed % 4)])
        for _ in 0..<150 {
            history.step()
            for (what, ledger, naive) in history.comparison() { #expect(ledger == naive, "\(what)") }
        }
    }

    @Test(
        "Replicas' clocks that differ by a minute lose nothing and count nothing twice",
        arguments: 100..<120 as Range<UInt64>)
    func skewedClocks(seed: UInt64) {
        var history = LedgerHistory(seed: seed, from: Self.starts[Int(seed % 4)])
        history.longestJump = 60
        for _ in 0..<150 {
            history.step()
            for (what, ledger, naive) in history.comparison() { #expect(ledger == naive, "\(what)") }
        }
    }

    @Test("A clock that goes back by days takes nothing away", arguments: 200..<220 as Range<UInt64>)
    func wildClocks(seed: UInt64) {
        var history = LedgerHistory(seed: seed, from: Self.starts[Int(seed % 4)])
        history.longestJump = 4 * 86400
        var totals: [String: Duration] = [:]
        for _ in 0..<150 {
            history.step()
            for (what, used, _) in history.comparison() { #expect(used >= .zero, "\(what)") }
            for (course, meters) in history.ledger.tallies {
                for (meter, tally) in meters {
                    #expect(tally.total >= totals["\(course) \(meter)"] ?? .zero)
                    totals["\(course) \(meter)"] = tally.total
                }
            }
        }
    }

    @Test("Within a window, what is used never falls as time passes", arguments: 300..<310 as Range<UInt64>)
    func monotone(seed: UInt64) throws {
        var history = LedgerHistory(seed: seed, from: Self.starts[1])
        history.longestJump = 3600
        for _ in 0..<60 {
            history.step()
            let day = try #require(BerlinWindows.interval(.day, history.now))
            var before = Duration.zero
            for time in stride(from: day.start, to: day.end, by: 1801) {
                let used = history.ledger.used(
                    .connectedTime, course: "a", in: .day, at: time, windows: BerlinWindows.interval)
                #expect(used >= before)
                before = used
            }
        }
    }

    @Test("It comes back equal from its JSON, and goes on alike", arguments: 400..<410 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var history = LedgerHistory(seed: seed, from: Self.starts[Int(seed % 4)])
        history.longestJump = 600
        for _ in 0..<100 {
            history.step()
            history.ledger.lastLogin = history.now
            let text = try history.ledger.json()
            let read = try Ledger(json: text)
            #expect(read == history.ledger)
            #expect(try read.json() == text)
            history.ledger = read
        }
    }

    @Test(
        "CPU time is never counted twice, and nothing is lost between the first reading of a holding and its last",
        arguments: 600..<630 as Range<UInt64>)
    func cpuTime(seed: UInt64) {
        var (random, ledger, now) = (SeededRandom(seed: seed), Ledger(), Self.starts[1])
        var (used, counted) = (0, 0)
        // What was used since the last reading of the holding that is open now; nil before its first.
        var unread: Int?
        for _ in 0..<200 {
            now += Double.random(in: 1...60, using: &random)
            let seconds = Int.random(in: 0...30, using: &random)
            (used, unread) = (used + seconds, unread.map { $0 + seconds })
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                ledger.close(id: "lab", at: now, windows: BerlinWindows.interval)
                unread = nil
            default:
                ledger.open(Holding(id: "lab", kind: .lab, course: "a", holder: "lab", since: now))
                ledger.addCPU(.seconds(used), holdingID: "lab", at: now, windows: BerlinWindows.interval)
                counted += unread ?? 0
                unread = 0
            }
            let total = ledger.tallies["a"]?[.cpuTime]?.total ?? .zero
            #expect(total == .seconds(counted) && counted <= used)
        }
        #expect(counted > used / 4)
    }

    @Test("Replicas that change the latest version in any order agree", arguments: 500..<530 as Range<UInt64>)
    func compareAndSwap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let start = Self.starts[1]
        var naive = NaiveUsage()
        var changes: [[LedgerChange]] = []
        for replica in 0..<3 {
            var mine: [LedgerChange] = []
            for index in 0..<8 {
                let since = start + Double.random(in: 0...90_000, using: &random)
                let holding = Holding(
                    id: "\(replica)-\(index)", kind: .connection, course: "a", holder: "r\(replica)", since: since)
                let end = since + Double.random(in: 0...20_000, using: &random)
                naive.open(holding)
                naive.close(holding.id, at: end)
                mine += [.open(holding), .close(holding.id, end)]
            }
            changes.append(mine)
        }
        let stored = Self.race(changes, &random)
        let now = start + 120_000
        for window in BudgetWindow.allCases {
            guard let interval = BerlinWindows.interval(window, now) else { continue }
            let used = stored.used(.connectedTime, course: "a", in: window, at: now, windows: BerlinWindows.interval)
            #expect(used == .milliseconds(naive.used(.connectedTime, course: "a", within: interval, at: now)))
        }
        #expect(stored.holdings.isEmpty)
    }

    /// Lets replicas read, change and write one stored ledger at random moments; a write of an old version is refused,
    /// and the replica reads again.
    private static func race(_ changes: [[LedgerChange]], _ random: inout SeededRandom) -> Ledger {
        var stored = (ledger: Ledger(), version: 0)
        var read: [(ledger: Ledger, version: Int)] = changes.map { _ in stored }
        var next = changes.map { _ in 0 }
        while let replica = changes.indices.filter({ next[$0] < changes[$0].count }).randomElement(using: &random) {
            guard read[replica].version == stored.version else {
                read[replica] = stored
                continue
            }
            changes[replica][next[replica]].apply(to: &stored.ledger)
            stored.version += 1
            next[replica] += 1
        }
        return stored.ledger
    }
}
