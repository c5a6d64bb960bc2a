import Foundation
import Testing

@testable import Gateway

@Suite("A lab's fate")
struct LabFateTests {
    static let limits = IdleLimits(
        labSession: .seconds(7200), lab: .seconds(3600), maximumAge: .seconds(86400),
        warnings: [.seconds(60), .seconds(600)])

    static func fate(
        _ now: String, interaction: String? = nil, work: String? = nil, limits: IdleLimits = limits,
        graceUntil: String? = nil
    ) -> LabFate {
        let marks = LabMarks(
            created: Clock.at("10:00"), interaction: interaction.map(Clock.at), work: work.map(Clock.at))
        return LabFate(of: marks, limits: limits, at: Clock.at(now), graceUntil: graceUntil.map(Clock.at))
    }

    static func unused(_ interaction: String?, _ work: String?) -> EndReason {
        .unused(interaction: interaction.map(Clock.at), work: work.map(Clock.at), workCounts: true)
    }

    @Test("A lab is kept, warned and ended, counted from the later of interaction and work")
    func counts() {
        #expect(Self.fate("10:00") == .keeps(until: Clock.at("11:00"), because: Self.unused(nil, nil)))
        #expect(
            Self.fate("11:00", interaction: "10:30")
                == .keeps(until: Clock.at("11:30"), because: Self.unused("10:30", nil)))
        #expect(
            Self.fate("11:20", interaction: "10:30")
                == .warns(until: Clock.at("11:30"), because: Self.unused("10:30", nil)))
        #expect(Self.fate("11:30", interaction: "10:30") == .ends(because: Self.unused("10:30", nil)))
        #expect(
            Self.fate("11:30", interaction: "10:30", work: "11:10")
                == .keeps(until: Clock.at("12:10"), because: Self.unused("10:30", "11:10")))
    }

    @Test("The latest interaction counts, whoever knows of it")
    func latestInteraction() {
        var marks = LabMarks(created: Clock.at("10:00"))
        marks.noteInteraction(nil)
        #expect(marks.interaction == nil)
        for (noted, latest) in [("10:30", "10:30"), ("10:20", "10:30"), ("10:59", "10:59")] {
            marks.noteInteraction(Clock.at(noted))
            #expect(marks.interaction == Clock.at(latest))
        }
        #expect(
            LabFate(of: marks, limits: Self.limits, at: Clock.at("11:00"))
                == .keeps(until: Clock.at("11:59"), because: Self.unused("10:59", nil)))
    }

    @Test("Work that does not count keeps nothing")
    func workDoesNotCount() {
        var limits = Self.limits
        limits.workKeepsLab = false
        #expect(
            Self.fate("11:00", work: "10:59", limits: limits)
                == .ends(because: .unused(interaction: nil, work: nil, workCounts: false)))
    }

    @Test("Nothing keeps a lab beyond its greatest age, and without an idle limit nothing else ends it")
    func age() {
        let age = EndReason.age(.seconds(86400))
        #expect(
            Self.fate("33:30", interaction: "33:29") == .keeps(until: Clock.at("34:00"), because: age))
        #expect(Self.fate("33:55", interaction: "33:55") == .warns(until: Clock.at("34:00"), because: age))
        #expect(Self.fate("34:00", interaction: "34:00", work: "34:00") == .ends(because: age))
        var limits = Self.limits
        limits.lab = nil
        #expect(Self.fate("30:00", limits: limits) == .keeps(until: Clock.at("34:00"), because: age))
    }

    @Test("Marks of an older pod are ignored, and marks in the future are now")
    func implausible() {
        #expect(
            Self.fate("10:30", interaction: "9:59", work: "8:00")
                == .keeps(until: Clock.at("11:00"), because: Self.unused(nil, nil)))
        #expect(
            Self.fate("10:30", interaction: "99:00")
                == .keeps(until: Clock.at("11:30"), because: Self.unused("10:30", nil)))
        // The API server's clock is ahead of ours.
        #expect(Self.fate("9:00") == .keeps(until: Clock.at("10:00"), because: Self.unused(nil, nil)))
    }

    @Test("After nobody has watched, nothing ends before the grace does")
    func grace() {
        #expect(
            Self.fate("20:00", graceUntil: "20:05")
                == .warns(until: Clock.at("20:05"), because: Self.unused(nil, nil)))
        #expect(Self.fate("20:05", graceUntil: "20:05") == .ends(because: Self.unused(nil, nil)))
        #expect(
            Self.fate("10:10", graceUntil: "10:05") == .keeps(until: Clock.at("11:00"), because: Self.unused(nil, nil)))
    }

    @Test("Reasons are sentences")
    func words() {
        func words(_ reason: EndReason) -> String { reason.words(Clock.text) }
        #expect(words(Self.unused("14:02", nil)) == "nothing was typed since 14:02 and nothing ran")
        #expect(words(Self.unused("14:02", "14:40")) == "nothing was typed since 14:02 and nothing ran since 14:40")
        #expect(words(Self.unused("14:02", "13:00")) == "nothing was typed since 14:02 and nothing ran")
        #expect(words(Self.unused(nil, nil)) == "nothing was typed in it and nothing ran")
        #expect(
            words(.unused(interaction: Clock.at("14:02"), work: nil, workCounts: false))
                == "nothing was typed since 14:02")
        #expect(words(.age(.seconds(86400))) == "it is 24 hours old")
        #expect(words(.age(.seconds(3600))) == "it is 1 hour old")
        #expect(words(.age(.seconds(5400))) == "it is 1h30m old")
        #expect(words(.silent(since: Clock.at("9:30"))) == "nothing was typed since 9:30")
        #expect(Self.unused("14:02", "14:40").keeper(Clock.text) == "something ran at 14:40")
        #expect(Self.unused("14:02", "14:00").keeper(Clock.text) == "you typed at 14:02")
        #expect(Self.unused(nil, nil).keeper(Clock.text) == nil)
    }

    @Test("A warning as long as the limit would come with each key: the next shorter one is the first, or one halfway")
    func longWarnings() {
        var limits = Self.limits
        limits.lab = .seconds(600)
        #expect(Self.fate("10:00", limits: limits) == .keeps(until: Clock.at("10:10"), because: Self.unused(nil, nil)))
        #expect(Self.fate("10:08", limits: limits) == .keeps(until: Clock.at("10:10"), because: Self.unused(nil, nil)))
        #expect(Self.fate("10:09", limits: limits) == .warns(until: Clock.at("10:10"), because: Self.unused(nil, nil)))
        limits.warnings = [.seconds(600)]
        #expect(Self.fate("10:04", limits: limits) == .keeps(until: Clock.at("10:10"), because: Self.unused(nil, nil)))
        #expect(Self.fate("10:05", limits: limits) == .warns(until: Clock.at("10:10"), because: Self.unused(nil, nil)))
    }

    @Test("Without warnings, a lab is kept to its end")
    func withoutWarnings() {
        var limits = Self.limits
        limits.warnings = []
        #expect(
            Self.fate("10:59", limits: limits) == .keeps(until: Clock.at("11:00"), because: Self.unused(nil, nil)))
    }
}
