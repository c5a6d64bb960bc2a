import Classroom
import Foundation
import Testing

@testable import Gateway

@Suite("Time budgets")
struct BudgetRulesTests {
    static let rules = BudgetRules(
        course: "c",
        budgets: [.connectedTime: TimeBudget(day: .seconds(4 * 3600), week: .seconds(20 * 3600))],
        warning: .seconds(600), grace: .seconds(120))

    /// A day from midnight, and a week that began two days before.
    static func windows(_ window: BudgetWindow, _ time: Date) -> DateInterval? {
        switch window {
        case .day:
            let days = (time.timeIntervalSince(Clock.midnight) / 86400).rounded(.down)
            return DateInterval(start: Clock.midnight + days * 86400, duration: 86400)
        case .week: return DateInterval(start: Clock.midnight - 2 * 86400, duration: 7 * 86400)
        case .term: return nil
        }
    }

    static func state(_ used: Int, ranOutAt: String? = nil) -> BudgetState {
        BudgetState(
            used: .seconds(used), limit: .seconds(3600), windowEnd: Clock.at("24:00"), at: Clock.at("12:00"),
            warning: .seconds(600), grace: .seconds(120), ranOutAt: ranOutAt.map(Clock.at))
    }

    /// Connected since then.
    static func ledger(since: String) -> Ledger {
        var ledger = Ledger()
        ledger.open(
            Holding(id: "1", kind: .connection, course: "c", holder: "r", since: Clock.at(since)))
        return ledger
    }

    @Test("A budget is open, warned of, in grace, spent")
    func states() {
        #expect(Self.state(0) == .open(left: .seconds(3600)))
        #expect(Self.state(3000) == .warning(left: .seconds(600)))
        #expect(Self.state(3599) == .warning(left: .seconds(1)))
        #expect(Self.state(3600) == .grace(until: Clock.at("12:02")))
        #expect(Self.state(3660) == .grace(until: Clock.at("12:01")))
        #expect(Self.state(3720) == .spent(until: Clock.at("24:00")))
    }

    @Test("Grace counts from when it was seen used up, if that is known")
    func ranOut() {
        #expect(Self.state(9000, ranOutAt: "11:59") == .grace(until: Clock.at("12:01")))
        #expect(Self.state(9000, ranOutAt: "11:58") == .spent(until: Clock.at("24:00")))
        #expect(Self.state(9000, ranOutAt: "13:00") == .grace(until: Clock.at("12:02")))
        #expect(Self.state(60, ranOutAt: "11:00").permitsNew)
    }

    @Test("The tightest of all meters and windows comes first")
    func tightest() throws {
        func readings(_ now: String, rules: BudgetRules = Self.rules) -> [BudgetReading] {
            rules.readings(Self.ledger(since: "8:00"), at: Clock.at(now), windows: Self.windows)
        }
        #expect(readings("9:00").map(\.window) == [.day, .week])
        #expect(readings("9:00").first?.state == .open(left: .seconds(3 * 3600)))
        var rules = Self.rules
        rules.budgets[.labTime] = TimeBudget(day: .seconds(60))
        rules.budgets[.connectedTime]?.week = .seconds(3 * 3600)
        let first = try #require(readings("11:01", rules: rules).first)
        #expect(first.window == .week && first.state == .grace(until: Clock.at("11:02")))
        #expect(readings("11:01", rules: rules).map(\.state.permitsNew) == [false, true, true])
    }

    @Test("What is used up refuses anything new, in grace too, until the last of the windows ends")
    func admission() {
        func sentence(_ now: String, _ rules: BudgetRules = Self.rules) -> String? {
            let admission = rules.admission(Self.ledger(since: "8:00"), at: Clock.at(now), windows: Self.windows)
            guard case .refused(let refusal) = admission else { return nil }
            return refusal.sentence(Clock.text)
        }
        #expect(sentence("11:59") == nil)
        #expect(
            sentence("12:00") == "your connected time for today (4h) is used up; there is new time at 24:00")
        var rules = Self.rules
        rules.budgets[.connectedTime]?.week = .seconds(4 * 3600 + 60)
        #expect(
            sentence("12:05", rules)
                == "your connected time for this week (4h1m) is used up; there is new time at 120:00")
        #expect(sentence("24:01") == nil)
    }

    @Test("Notices say what is left and when things end")
    func notices() {
        func notice(_ now: String) -> String? {
            Self.rules.readings(Self.ledger(since: "8:00"), at: Clock.at(now), windows: Self.windows).first?
                .notice(Clock.text)
        }
        #expect(notice("11:00") == nil)
        #expect(notice("11:50") == "10m of your connected time for today (4h) is left")
        #expect(
            notice("12:01") == "your connected time for today (4h) is used up; everything of yours ends at 12:02")
        #expect(notice("12:30") == "your connected time for today (4h) is used up; there is new time at 24:00")
        #expect(
            Refusal.spent(.cpuTime, .term, limit: .seconds(3600), until: Clock.midnight).sentence(Clock.text)
                == "your CPU time for this term (1h) is used up; your course staff can give you more")
    }
}
