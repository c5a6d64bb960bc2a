import Testing

@testable import Gateway

@Suite("Turns that are none")
struct FalseTurnsTests {
    @Test("are looked at again less and less often, until a wait has ended otherwise")
    func pauses() {
        var turns = FalseTurns()
        let first = turns.pause(afterTurn: false)
        let pauses = (0..<10).map { _ in turns.pause(afterTurn: true) }
        #expect(first == .zero)
        #expect(pauses[0] >= .milliseconds(250) && pauses[0] < .milliseconds(500))
        #expect(pauses.allSatisfy { $0 <= .seconds(15) } && pauses[9] >= .seconds(10))
        let other = turns.pause(afterTurn: false)
        let next = turns.pause(afterTurn: true)
        #expect(other == .zero && next < .milliseconds(500))
    }
}
