import TestSupport
import Foundation

@testable import Classroom

/// A random history of one student's ledger beside the naive model: two replicas, two courses, connections and labs.
struct LedgerHistory {
    var random: SeededRandom
    var ledger = Ledger()
    var naive = NaiveUsage()
    var now: Date
    /// Longest time between two events, in seconds.
    var longestStep = 1200.0
    /// Furthest that a clock goes back, in seconds.
    var longestJump = 0.0
    private var count = 0

    init(seed: UInt64, from start: Date) {
        random = SeededRandom(seed: seed)
        now = start
    }

    /// Lets time pass, and something happen.
    mutating func step() {
        now += Double.random(in: 0...longestStep, using: &random)
        if longestJump > 0, random.oneIn(8) { now -= Double.random(in: 0...longestJump, using: &random) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: open()
        case 5..<9: close()
        default: crash()
        }
    }

    private mutating func open() {
        count += 1
        let kind = HoldingKind.allCases[Int.random(in: 0..<3, using: &random)]
        let holding = Holding(
            id: "h\(count)", kind: kind, course: random.oneIn(2) ? "a" : "b", holder: random.oneIn(2) ? "r1" : "r2",
            since: now)
        ledger.open(holding)
        naive.open(holding)
        if random.oneIn(4) { ledger.open(holding) }
    }

    private mutating func close() {
        guard let id = naive.openIDs.randomElement(using: &random) else { return }
        ledger.close(id: id, at: now, windows: BerlinWindows.interval)
        naive.close(id, at: now)
        if random.oneIn(4) { ledger.close(id: id, at: now + 5, windows: BerlinWindows.interval) }
    }

    /// A replica has died some seconds ago, and somebody notices.
    private mutating func crash() {
        let holder = random.oneIn(2) ? "r1" : "r2"
        let renewal = now - Double.random(in: 0...40, using: &random)
        ledger.closeAll(heldBy: holder, at: renewal) { _ in BerlinWindows.interval }
        naive.closeAll(heldBy: holder, at: renewal)
    }

    /// What both say now, for each meter, course and window.
    func comparison() -> [(what: String, ledger: Duration, naive: Duration)] {
        var rows: [(String, Duration, Duration)] = []
        for meter in [Meter.connectedTime, .labTime] {
            for course in ["a", "b"] {
                for window in BudgetWindow.allCases {
                    let used = ledger.used(meter, course: course, in: window, at: now, windows: BerlinWindows.interval)
                    let expected = BerlinWindows.interval(window, now)
                        .map { naive.used(meter, course: course, within: $0, at: now) }
                    rows.append(("\(meter) \(course) \(window) \(now)", used, .milliseconds(expected ?? 0)))
                }
            }
        }
        return rows
    }
}
