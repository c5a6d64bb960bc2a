import Foundation
import Testing

@testable import Gateway

@Suite("A lab session's fate")
struct LabSessionFateTests {
    static func fate(_ now: String, interaction: String? = nil, limit: Duration? = .seconds(7200)) -> LabSessionFate {
        LabSessionFate(
            opened: Clock.at("10:00"), interaction: interaction.map(Clock.at),
            limits: IdleLimits(labSession: limit, maximumAge: .seconds(86400), warnings: [.seconds(600)]),
            at: Clock.at(now))
    }

    static func silent(_ since: String) -> EndReason { .silent(since: Clock.at(since)) }

    @Test("It is kept, warned and ended, counted from the last interaction")
    func counts() {
        #expect(Self.fate("10:00") == .keeps(until: Clock.at("12:00"), because: Self.silent("10:00")))
        #expect(
            Self.fate("12:00", interaction: "11:00") == .keeps(until: Clock.at("13:00"), because: Self.silent("11:00")))
        #expect(
            Self.fate("12:50", interaction: "11:00") == .warns(until: Clock.at("13:00"), because: Self.silent("11:00")))
        #expect(Self.fate("13:00", interaction: "11:00") == .ends(because: Self.silent("11:00")))
    }

    @Test("Without a limit it stays, and marks that cannot be are set right")
    func marks() {
        #expect(Self.fate("99:00", limit: nil) == .keeps(until: nil, because: Self.silent("10:00")))
        #expect(
            Self.fate("11:00", interaction: "9:00") == .keeps(until: Clock.at("12:00"), because: Self.silent("10:00")))
        #expect(
            Self.fate("11:00", interaction: "50:00") == .keeps(until: Clock.at("13:00"), because: Self.silent("11:00")))
    }
}
