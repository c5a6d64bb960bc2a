import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("Activity")
struct ActivityTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func marks(_ annotations: [String: String]) -> ActivityMarks {
        ActivityMarks(Pod(metadata: ObjectMeta(name: "lab", uid: "u1", annotations: annotations)))
    }

    @Test("is read as it was written, for the pod that it was written for")
    func written() {
        let marks = marks(LabNote.marks([.interaction: start]).annotations(uid: "u1").compactMapValues(\.self))
        #expect(marks.interaction == start)
        #expect(marks.work == nil)
        #expect(marks.damaged(at: start).isEmpty)
    }

    @Test(
        "that is another pod's, unreadable or to come is damaged",
        arguments: ["u2 2027-01-15T08:00:00Z", "u1 yesterday", "", "u1 2037-01-15T08:00:00Z"])
    func damaged(text: String) {
        #expect(marks(["labgate.dev/last-interaction": text]).damaged(at: start) == [.interaction])
    }

    @Test("through forwarded ports counts from the floor on, within a minute")
    func flow() {
        let flow = ForwardingFlow(floor: 100)
        let now = ContinuousClock.now
        #expect(!flow.note(byteCount: 60, now: now))
        #expect(flow.note(byteCount: 60, now: now + .seconds(30)))
        #expect(!flow.note(byteCount: 60, now: now + .seconds(61)))
        #expect(!flow.note(byteCount: 60, now: now + .seconds(130)))
    }

    @Test("begins with an interaction, not with a clock")
    func clock() {
        let clock = InteractionClock()
        #expect(clock.age > .seconds(365 * 86_400))
        clock.note()
        #expect(clock.age < .seconds(60))
    }
}
