import Classroom
import Testing

@testable import Gateway

@Suite("What a gateway holds")
struct OpenHoldingsTests {
    private let visit = Visit(
        student: Student(name: "ann", courses: ["c"]), course: Course(name: "c", image: "gcc:14"), connection: "k",
        channel: 0)

    @Test("is known from its opening to its end, the oldest first")
    func life() {
        let held = OpenHoldings()
        held.connectionOpened("k")
        held.note(visit.id, .labSession, visit, at: Clock.at("12:01"))
        held.note("k", .connection, visit, at: Clock.at("12:00"))
        // The second lab session of a connection does not make it younger.
        held.note("k", .connection, visit, at: Clock.at("12:02"))
        #expect(held.byStudent["ann"]?.map(\.id) == ["k", "k/0"])
        held.forget(visit.id)
        #expect(!held.contains("k/0") && held.contains("k"))
        held.connectionClosed("k")
        #expect(held.byStudent.isEmpty)
    }

    @Test("does not come back with an answer that comes after the connection's end")
    func late() {
        let held = OpenHoldings()
        held.connectionOpened("k")
        held.connectionClosed("k")
        held.note("k", .connection, visit)
        #expect(held.byStudent.isEmpty)
    }
}
