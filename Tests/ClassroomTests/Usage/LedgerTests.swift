import Foundation
import Testing

@testable import Classroom

@Suite("A student's ledger")
struct LedgerTests {
    static let noon = BerlinWindows.date("2026-11-04T12:00")

    static func connection(_ id: String, since: Date, holder: String = "r1") -> Holding {
        Holding(id: id, kind: .connection, course: "c", holder: holder, since: since)
    }

    static func used(
        _ ledger: Ledger, _ meter: Meter = .connectedTime, _ window: BudgetWindow = .day, at now: Date
    ) -> Duration {
        ledger.used(meter, course: "c", in: window, at: now, windows: BerlinWindows.interval)
    }

    @Test("An open connection counts from its start to now, and not once more when it is closed")
    func openAndClosed() {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: Self.noon))
        #expect(Self.used(ledger, at: Self.noon + 600) == .seconds(600))
        ledger.close(id: "1", at: Self.noon + 600, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, at: Self.noon + 900) == .seconds(600))
        let again = ledger.close(id: "1", at: Self.noon + 900, windows: BerlinWindows.interval)
        #expect(again == nil)
        #expect(Self.used(ledger, at: Self.noon + 900) == .seconds(600))
        #expect(ledger.tallies["c"]?[.connectedTime]?.total == .seconds(600))
    }

    @Test("Connections at once are one time; lab sessions are none")
    func overlapping() {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: Self.noon))
        ledger.open(Self.connection("2", since: Self.noon + 100))
        ledger.open(
            Holding(id: "3", kind: .labSession, course: "c", holder: "r1", since: Self.noon))
        ledger.close(id: "1", at: Self.noon + 300, windows: BerlinWindows.interval)
        ledger.close(id: "3", at: Self.noon + 300, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, at: Self.noon + 400) == .seconds(400))
        ledger.close(id: "2", at: Self.noon + 500, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, at: Self.noon + 900) == .seconds(500))
        #expect(Self.used(ledger, .labTime, at: Self.noon + 900) == .zero)
    }

    @Test("The newest of a kind is told for its course, and none when all are closed")
    func newest() {
        var ledger = Ledger()
        for (index, (course, kind)) in [("c", HoldingKind.labSession), ("c", .labSession), ("d", .labSession), ("c", .connection)]
            .enumerated()
        {
            ledger.open(
                Holding(
                    id: "\(index)", kind: kind, course: course, holder: "r1", since: Self.noon + Double(index) * 60))
        }
        #expect(ledger.newest(.labSession, course: "c") == Self.noon + 60)
        ledger.close(id: "1", at: Self.noon + 300, windows: BerlinWindows.interval)
        #expect(ledger.newest(.labSession, course: "c") == Self.noon)
        ledger.close(id: "0", at: Self.noon + 300, windows: BerlinWindows.interval)
        #expect(ledger.newest(.labSession, course: "c") == nil)
    }

    @Test("A window has only its own part, on the day with 25 hours, too")
    func overMidnight() {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: BerlinWindows.date("2026-10-24T23:00")))
        let end = BerlinWindows.date("2026-10-26T01:00")
        #expect(Self.used(ledger, at: BerlinWindows.date("2026-10-25T12:00")) == .seconds(13 * 3600))
        ledger.close(id: "1", at: end, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, at: end) == .seconds(3600))
        #expect(Self.used(ledger, at: end - 7200) == .seconds(25 * 3600))
        #expect(Self.used(ledger, .connectedTime, .week, at: end) == .seconds(3600))
        #expect(Self.used(ledger, .connectedTime, .term, at: end) == .seconds(27 * 3600))
    }

    @Test("Outside of the term, nothing counts for it")
    func outsideTerm() {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: BerlinWindows.date("2026-09-30T23:00")))
        ledger.close(id: "1", at: BerlinWindows.date("2026-10-01T02:00"), windows: BerlinWindows.interval)
        #expect(Self.used(ledger, .connectedTime, .term, at: BerlinWindows.date("2026-09-30T23:30")) == .zero)
        #expect(Self.used(ledger, .connectedTime, .term, at: Self.noon) == .seconds(7200))
    }

    @Test("What a dead replica held ends with its last renewal, and no other's with it")
    func deadReplica() {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: Self.noon, holder: "dead"))
        ledger.open(Self.connection("2", since: Self.noon + 95, holder: "dead"))
        ledger.open(Self.connection("3", since: Self.noon + 150, holder: "alive"))
        let closed = ledger.closeAll(heldBy: "dead", at: Self.noon + 90) { _ in BerlinWindows.interval }
        #expect(closed.map(\.id) == ["1", "2"])
        #expect(ledger.holdings.map(\.id) == ["3"])
        #expect(Self.used(ledger, at: Self.noon + 200) == .seconds(90 + 50))
    }

    @Test("A year's worth of short connections beside a long one stays small and exact")
    func bounded() throws {
        var ledger = Ledger()
        ledger.open(Self.connection("long", since: Self.noon))
        for index in 0..<1000 {
            let since = Self.noon + Double(index) * 30
            ledger.open(Self.connection("\(index)", since: since))
            ledger.close(id: "\(index)", at: since + 10, windows: BerlinWindows.interval)
        }
        #expect(try ledger.json().utf8.count < 2000)
        #expect(Self.used(ledger, .connectedTime, .week, at: Self.noon + 30_000) == .seconds(30_000))
        ledger.close(id: "long", at: Self.noon + 30_000, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, .connectedTime, .week, at: Self.noon + 40_000) == .seconds(30_000))
        #expect(ledger.tallies["c"]?[.connectedTime]?.total == .seconds(30_000))
    }

    @Test("CPU time is what the counter gained; one that went back counts from zero; a first or old reading not at all")
    func cpuTime() {
        var ledger = Ledger()
        ledger.open(Holding(id: "lab", kind: .lab, course: "c", holder: "lab-1", since: Self.noon))
        func read(_ seconds: Int, _ minute: Double) {
            ledger.addCPU(
                .seconds(seconds), holdingID: "lab", at: Self.noon + minute * 60, windows: BerlinWindows.interval)
        }
        read(5, 1)
        read(12, 2)
        read(12, 3)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 300) == .seconds(7))
        read(4, 4)
        read(12, 3)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 300) == .seconds(11))
        ledger.addCPU(.seconds(99), holdingID: "other", at: Self.noon, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 300) == .seconds(11))
        #expect(Self.used(ledger, .labTime, at: Self.noon + 300) == .seconds(300))
    }

    @Test("Of a lab that was made for its holding all CPU time counts")
    func cpuTimeOfNew() {
        var ledger = Ledger()
        let holding = Holding(
            id: "lab", kind: .lab, course: "c", holder: "lab", since: Self.noon, cpuBase: .zero)
        ledger.open(holding)
        // What the lab before had used, read before it went and noted after that.
        ledger.addCPU(.seconds(18_000), holdingID: "lab", at: Self.noon - 3, windows: BerlinWindows.interval)
        ledger.addCPU(.seconds(20), holdingID: "lab", at: Self.noon + 15, windows: BerlinWindows.interval)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 300) == .seconds(20))
    }

    @Test("A lab whose holding is closed and opened again while it runs has its CPU time counted once")
    func cpuTimeOfReopened() {
        var ledger = Ledger()
        func open() { ledger.open(Holding(id: "lab", kind: .lab, course: "c", holder: "lab", since: Self.noon)) }
        func read(_ seconds: Int, _ minute: Double) {
            ledger.addCPU(
                .seconds(seconds), holdingID: "lab", at: Self.noon + minute * 60, windows: BerlinWindows.interval)
        }
        open()
        read(0, 1)
        read(3600, 60)
        ledger.close(id: "lab", at: Self.noon + 3600, windows: BerlinWindows.interval)
        open()
        read(3610, 61)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 7200) == .seconds(3600))
        read(3630, 62)
        #expect(Self.used(ledger, .cpuTime, at: Self.noon + 7200) == .seconds(3620))
    }

    @Test("It has room for so many holdings, and the same again is none")
    func room() throws {
        var ledger = Ledger()
        let numbers = Array(0...Ledger.maximumHoldingCount) + [0]
        let opened = numbers.map { ledger.open(Self.connection("connection-\($0)", since: Self.noon)) }
        #expect(!opened.dropLast(2).contains(false))
        #expect(opened.suffix(2) == [false, true])
        #expect(ledger.count(of: .connection, course: "c") == Ledger.maximumHoldingCount)
        #expect(ledger.count(of: .connection, course: "d") == 0)
        #expect(try ledger.json().utf8.count < 128 * 1024)
    }

    @Test("Unknown keys are passed over; a newer version and damage are refused")
    func reading() throws {
        let ledger = try Ledger(
            json: #"{"version":1,"new":[1],"tallies":{"c":{"connectedTime":{"total":7,"changed":0,"x":1},"#
                + #""newTime":{"total":1,"changed":0}}}}"#)
        #expect(ledger.tallies["c"].map { Array($0.keys) } == [.connectedTime])
        #expect(ledger.tallies["c"]?[.connectedTime]?.total == .milliseconds(7))
        #expect(try Ledger(json: Ledger().json()) == Ledger())
        #expect(try Ledger().json() == #"{"version":1}"#)
        for text in [#"{"version":2}"#, "{}", "", #"{"version":1,"holdings":[{"id":"1"}]}"#] {
            #expect(throws: ClassroomError.self) { try Ledger(json: text) }
        }
    }

    @Test("Times that nobody lives to see break nothing")
    func extremes() throws {
        var ledger = Ledger()
        ledger.open(Self.connection("1", since: .distantPast))
        ledger.open(Self.connection("2", since: Date(timeIntervalSince1970: -.infinity)))
        ledger.close(id: "1", at: Date(timeIntervalSince1970: .greatestFiniteMagnitude), windows: { _, _ in nil })
        ledger.close(id: "2", at: Date(timeIntervalSince1970: .nan), windows: { _, _ in nil })
        ledger.lastLogin = Date(timeIntervalSince1970: 1.23456)
        ledger.stops["c"] = Stop(
            at: .distantFuture, reason: String(repeating: "x", count: 500), holdUntil: .distantFuture,
            isDeliberate: false)
        #expect(try Ledger(json: ledger.json()) == ledger)
        #expect(ledger.stops["c"]?.reason.count == Stop.maximumReasonLength)
    }
}
