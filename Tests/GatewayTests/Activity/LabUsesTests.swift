import Classroom
import Foundation
import Testing

@testable import Gateway

@Suite("Uses of labs")
struct LabUsesTests {
    private let uses = LabUses(metrics: GatewayMetrics())

    private func begin(_ student: String, channel: Int = 0) -> LabUse {
        uses.begin(
            Visit(
                student: Student(name: student, courses: ["c"]), course: Course(name: "c", image: "gcc:14"),
                connection: "k", channel: channel), as: .forwarding)
    }

    @Test("A lab's clock is forgotten when nothing uses the lab any more, and not before")
    func forgetting() {
        let (first, second) = (begin("ann"), begin("ann", channel: 1))
        for use in [first, first, second] {
            uses.forget(lab: first.lab)
            #expect(uses.labs == [first.lab])
            // An end that is told twice is one.
            uses.finish(use)
        }
        uses.noteInteraction(withLab: first.lab)
        #expect(uses.labs == [first.lab])
        uses.forget(lab: first.lab)
        #expect(uses.labs.isEmpty && uses.all.isEmpty)
    }

    @Test("An interaction that is waited for, and the first of who comes, are told at once, and once")
    func urgent() async {
        let (ann, bob) = (begin("ann"), begin("bob"))
        let floor = Course(name: "c", image: "gcc:14").idle.forwardingFloor
        for use in [ann, ann, bob] { use.noteInput(byteCount: floor) }
        uses.noteInteraction(withLab: ann.lab)
        uses.expectInteraction(withLab: ann.lab)
        uses.noteInteraction(withLab: ann.lab)
        uses.noteInteraction(withLab: "another")
        var told: [String] = []
        for await pod in uses.urgentLabs {
            told.append(pod)
            if told.count == 3 { break }
        }
        #expect(told == [ann.lab, bob.lab, ann.lab])
    }
}
