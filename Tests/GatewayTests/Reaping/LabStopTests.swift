import Classroom
import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("The stop of a lab")
struct LabStopTests {
    private func stop(_ at: String, until: String = "12:10") -> Stop {
        Stop(at: Clock.at(at), reason: "it was idle", holdUntil: Clock.at(until), isDeliberate: false)
    }

    @Test("is remembered once: who finds it again does not undo what has become of it")
    func once() {
        var ledger = Ledger()
        ledger.note(stop("12:00"), course: "c")
        #expect(ledger.stops["c"] == stop("12:00"))
        // A program that connects by itself has put the end of the hold-down off.
        ledger.stops["c"] = stop("12:00", until: "12:30")
        ledger.note(stop("12:00"), course: "c")
        #expect(ledger.stops["c"] == stop("12:00", until: "12:30"))
        ledger.note(stop("12:20"), course: "c")
        #expect(ledger.stops["c"] == stop("12:20"))
        ledger.note(stop("12:00"), course: "c")
        #expect(ledger.stops["c"] == stop("12:20"))
    }

    @Test("is read from its pod, where it can be")
    func annotation() {
        func pod(_ text: String) -> Pod {
            Pod(
                metadata: ObjectMeta(
                    name: "lab", annotations: [NoteAnnotation.stopped: "it was idle", NoteAnnotation.holdDown: text]))
        }
        let at = Int(Clock.at("12:00").timeIntervalSince1970) * 1000
        let text = #"{"at":\#(at),"holdUntil":\#(at + 600_000),"isDeliberate":false,"reason":"it was idle"}"#
        #expect(pod(text).stopNote?.holdDown == stop("12:00"))
        #expect(pod("gone").stopNote == StopNote(reason: "it was idle", holdDown: nil))
        #expect(Pod(metadata: ObjectMeta(name: "lab")).stopNote == nil)
    }
}
