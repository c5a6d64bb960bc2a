import Classroom
import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("Work in a lab")
struct WorkLogTests {
    private let lab = Lab(named: "lab", uid: "1", state: .starting(.starting))
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    /// Whether each of the readings, a minute apart, shows work.
    private func works(_ seconds: [Int?]) -> [Bool] {
        var log = WorkLog()
        return seconds.enumerated().map { index, seconds in
            log.note(seconds.map { .seconds($0) }, of: lab, floor: 0.05, at: start + Double(index) * 60)
        }
    }

    @Test("is CPU time above the floor since the reading before")
    func floor() {
        #expect(works([100, 102, 105]) == [false, false, true])
    }

    @Test("is counted from zero when the container was started anew")
    func restart() {
        #expect(works([100, 4, 5]) == [false, true, false])
    }

    @Test("is taken for granted where it cannot be measured")
    func unmeasured() {
        #expect(works([nil, 100, 102, nil]) == [true, false, false, true])
    }

    @Test("is not told by one reading")
    func unsettled() {
        var log = WorkLog()
        _ = log.note(.seconds(1), of: lab, floor: 0.05, at: start)
        #expect(log.isUnsettled(lab))
        _ = log.note(.seconds(1), of: lab, floor: 0.05, at: start + 60)
        #expect(!log.isUnsettled(lab))
        log.forget(except: [])
        #expect(log.isUnsettled(lab))
    }

    private let ready = Lab(named: "lab", uid: "1")

    @Test("is not settled by who begins to look and has had no time to ask; by an answer, and by silence, it is")
    func settled() {
        var log = WorkLog()
        func isSettled(_ lab: Lab, _ round: MeterRound, after seconds: Double = 0) -> Bool {
            log.isSettled(lab, by: round, every: .seconds(100), at: start + seconds)
        }
        #expect(!isSettled(ready, MeterRound()))
        #expect(isSettled(ready, MeterRound(times: ["1": .zero])))
        #expect(isSettled(ready, MeterRound(silent: ["1"])))
        // One that is not ready is not asked.
        #expect(isSettled(lab, MeterRound()))
        _ = log.note(.seconds(1), of: ready, floor: 0.05, at: start)
        #expect(!isSettled(ready, MeterRound(), after: 99))
        #expect(isSettled(ready, MeterRound(), after: 100))
    }

    @Test("is remembered, also while its mark is late: of the last reading that showed some")
    func lastWork() {
        var log = WorkLog()
        #expect(log.lastWork(of: lab) == nil)
        for (index, seconds) in [100, 160, 160].enumerated() {
            _ = log.note(.seconds(seconds), of: lab, floor: 0.05, at: start + Double(index) * 60)
        }
        #expect(log.lastWork(of: lab) == start + 60)
        _ = log.note(nil, of: lab, floor: 0.05, at: start + 180)
        #expect(log.lastWork(of: lab) == start + 180)
    }

    @Test("is looked for ten times within the idle limit, and neither more often than all labs nor less than every five minutes")
    func interval() {
        let timing = LifeCycleTiming()
        #expect(WorkLog.interval(for: IdleRules(lab: .seconds(1200)), timing) == .seconds(120))
        #expect(WorkLog.interval(for: IdleRules(lab: .seconds(60)), timing) == .seconds(15))
        #expect(WorkLog.interval(for: IdleRules(lab: .seconds(86_400)), timing) == .seconds(300))
        let budgeted = [86_400, 300, 60].map {
            WorkLog.interval(for: IdleRules(lab: .seconds($0)), timing, countsCPU: true)
        }
        #expect(budgeted == [.seconds(60), .seconds(30), .seconds(15)])
    }
}
