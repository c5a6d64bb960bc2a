import Foundation
import Testing

@testable import Upstream

@Suite("The cluster's time")
struct ClusterTimeTests {
    private let start = ContinuousClock.now
    /// A whole second, as a server says it.
    private let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("goes on by the monotonic clock, whatever becomes of the wall clock")
    func goesOn() {
        let time = ClusterTime(date, at: start)
        #expect(time.date(at: start + .milliseconds(90_500)) == date + 90.5)
    }

    @Test("is left alone by answers that are late or rounded", arguments: [-5.0, -1, 0, 0.9, 5])
    func agreement(ahead: TimeInterval) {
        var time = ClusterTime(date + ahead, at: start)
        let change = time.note(date, sent: start, received: start + .milliseconds(20))
        #expect(change == nil)
        #expect(time.date(at: start) == date + ahead)
    }

    @Test("is set to the server's when it is off", arguments: [10_800.0, -10_800, 7, -7])
    func disagreement(ahead: TimeInterval) throws {
        var time = ClusterTime(date + ahead, at: start)
        let received = start + .milliseconds(20)
        let change = time.note(date, sent: start, received: received)
        #expect(abs(try #require(change) + ahead) < 0.1)
        #expect(time.date(at: received) == date)
        let again = time.note(date, sent: received, received: received)
        #expect(again == nil)
    }

    @Test("is not set by an answer that took so long that it may be right")
    func slowAnswer() {
        var time = ClusterTime(date, at: start)
        for lateness in [10.0, 60] {
            let change = time.note(date + lateness, sent: start, received: start + .seconds(70))
            #expect(change == nil)
        }
    }

    @Test("is read from an answer's header, and nonsense is nobody's time")
    func header() {
        #expect(ClusterTime.date(header: "Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777))
        #expect(ClusterTime.date(header: "yesterday") == nil)
        #expect(ClusterClock.note(header: "", sent: .now) == nil)
    }
}
