import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("When labs are measured")
struct MeterScheduleTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)
    private let lab = Lab(named: "lab", uid: "1")
    private let silence = MeterRound(silent: ["1"])
    private let answer = MeterRound(times: ["1": .zero])

    /// After how many seconds a lab is due again that was asked at the start.
    private func pause(_ schedule: MeterSchedule, every interval: Int = 100) -> Int? {
        (0...2000).first { schedule.isDue(lab, every: .seconds(interval), at: start + Double($0)) }
    }

    @Test("One that answers has its turn at its interval, one that does not less and less often, but it has")
    func backoff() {
        var schedule = MeterSchedule()
        #expect(schedule.isDue(lab, every: .seconds(100), at: start))
        schedule.note(answer, at: start)
        #expect(pause(schedule) == 100)
        for expected in [200, 400, 800, 900, 900] {
            schedule.note(silence, at: start)
            #expect(pause(schedule) == expected)
        }
        #expect(pause(schedule, every: 1200) == 1200)
        schedule.note(answer, at: start)
        #expect(pause(schedule) == 100)
    }

    @Test("One for which there was no time is due as before, and a clock that was put back delays nobody")
    func notAsked() {
        var schedule = MeterSchedule()
        schedule.note(MeterRound(), at: start)
        #expect(pause(schedule) == 0)
        schedule.note(answer, at: start)
        #expect(schedule.isDue(lab, every: .seconds(100), at: start - 3600))
        schedule.forget(except: [])
        #expect(pause(schedule) == 0)
    }

    @Test("Those that answer come first, and of these the one asked longest ago")
    func order() {
        var schedule = MeterSchedule()
        schedule.note(MeterRound(times: ["old": .zero], silent: ["silent"]), at: start)
        schedule.note(MeterRound(times: ["young": .zero]), at: start + 10)
        let labs = ["silent", "young", "old", "new"].map { Lab(named: $0, uid: $0) }
        #expect(schedule.inOrder(labs).map(\.name) == ["new", "old", "young", "silent"])
    }
}
