import Foundation
import Testing

@testable import Gateway

@Suite("Warnings before an end")
struct WarningScheduleTests {
    static let warnings = [Duration.seconds(60), .seconds(600)]

    @Test("Each warning is told once")
    func once() {
        var schedule = WarningSchedule()
        let end = Clock.at("12:00")
        let told = stride(from: -900.0, to: 60, by: 15).filter {
            schedule.isDue(until: end, warnings: Self.warnings, at: end + $0)
        }
        #expect(told == [-600, -60])
    }

    @Test("An end that has moved is warned of anew, and of missed warnings only the last is told")
    func moved() {
        var schedule = WarningSchedule()
        let told = [("12:00", "11:55"), ("13:00", "11:56"), ("13:00", "12:59"), ("13:00", "12:59")].map { end, now in
            schedule.isDue(until: Clock.at(end), warnings: Self.warnings, at: Clock.at(now))
        }
        #expect(told == [true, false, true, false])
        let isTold = schedule.isDue(until: Clock.at("14:00"), warnings: [], at: Clock.at("13:59"))
        #expect(!isTold)
    }
}
