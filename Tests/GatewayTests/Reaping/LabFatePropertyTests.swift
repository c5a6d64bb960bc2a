import TestSupport
import Foundation
import Testing

@testable import Gateway

@Suite("Random lives of labs")
struct LabFatePropertyTests {
    /// How often labs are looked at, in seconds.
    static let sweep = 30.0

    @Test("No lab ends too early, idle too late, or too old", arguments: 0..<200 as Range<UInt64>)
    func bounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limit = Double(Int.random(in: 1...120, using: &random) * 60)
        let maximumAge = Double(Int.random(in: 1...72, using: &random) * 3600)
        let limits = IdleLimits(
            lab: .seconds(limit), maximumAge: .seconds(maximumAge), warnings: [.seconds(600), .seconds(60)])
        let created = Clock.midnight + Double.random(in: 0...30, using: &random)
        var marks = LabMarks(created: created)
        var now = created
        var wasWarned = false
        // Every half a minute something may happen, the less often the longer the lab lives.
        while true {
            now += Self.sweep
            func firstWarning(_ reason: EndReason) -> TimeInterval {
                let isOfAge = reason == .age(limits.maximumAge)
                return limits.firstWarning(of: .seconds(isOfAge ? maximumAge : limit)).timeInterval
            }
            switch LabFate(of: marks, limits: limits, at: now) {
            case .ends(let reason):
                let lastUse = [created, marks.interaction, marks.work].compactMap(\.self).max() ?? created
                let idle = now.timeIntervalSince(lastUse)
                let age = now.timeIntervalSince(created)
                #expect(idle >= limit || age >= maximumAge)
                #expect(idle < limit + Self.sweep && age < maximumAge + Self.sweep)
                let isOfAge = maximumAge < lastUse.timeIntervalSince(created) + limit
                #expect((reason == .age(limits.maximumAge)) == isOfAge)
                #expect(wasWarned)
                return
            case .warns(let until, let reason):
                #expect(now < until && until <= now + firstWarning(reason))
                wasWarned = true
            case .keeps(let until, let reason): #expect(until > now + firstWarning(reason))
            }
            if random.oneIn(80) { marks.interaction = now - Double.random(in: 0...20, using: &random) }
            if random.oneIn(80) { marks.work = now - Double.random(in: 0...20, using: &random) }
        }
    }

    @Test("With clocks that jump, a lab that is used now is never ended for disuse", arguments: 0..<50 as Range<UInt64>)
    func jumps(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limits = IdleLimits(lab: .seconds(1800), maximumAge: .seconds(86400))
        let created = Clock.midnight
        for _ in 0..<200 {
            let now = created + Double.random(in: -86400...86400, using: &random)
            let mark = now + Double.random(in: -1799...100_000, using: &random)
            let fate = LabFate(of: LabMarks(created: created, interaction: mark), limits: limits, at: now)
            if case .ends = fate { #expect(mark < created || now >= created + 86400) }
        }
    }
}
