import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("Activity")
struct ActivityTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func pod(_ interaction: String) -> Pod {
        Pod(metadata: ObjectMeta(name: "lab", uid: "u1", annotations: [ActivityMarks.Annotation.interaction: interaction]))
    }

    @Test("is read as it was written, for the pod that it was written for")
    func marks() {
        let pod = pod(ActivityMarks.text(start, uid: "u1"))
        #expect(ActivityMarks(pod).interaction == start)
        #expect(ActivityMarks(pod).work == nil)
        #expect(ActivityMarks.damagedKeys(pod, at: start).isEmpty)
    }

    @Test("that is another pod's, unreadable or to come is damaged", arguments: ["u2 2027-01-15T08:00:00Z", "u1 yesterday", "", "u1 2037-01-15T08:00:00Z"])
    func damaged(text: String) {
        #expect(ActivityMarks.damagedKeys(pod(text), at: start) == [ActivityMarks.Annotation.interaction])
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
