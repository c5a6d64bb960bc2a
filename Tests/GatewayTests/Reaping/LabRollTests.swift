import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("The roll of labs")
struct LabRollTests {
    private let first = Clock.at("12:00")
    private let second = Clock.at("12:10")

    private func lab(_ uid: String) -> Lab { Lab(named: "lab-a", uid: uid) }

    @Test("tells which labs have gone, with what the records said first of them")
    func gone() {
        var roll = LabRoll()
        let none = roll.call([lab("1")], holding: { _ in nil }, seat: { _ in first })
        #expect(none.isEmpty)
        // The student has come back already, and the pod that is still to be seen is the one before.
        let still = roll.call([lab("1")], holding: { _ in first }, seat: { _ in second })
        #expect(still.isEmpty)
        let gone = roll.call([], holding: { _ in second }, seat: { _ in second })
        #expect(gone == ["lab-a": LabRoll.Entry(uid: "1", holding: first, seat: first)])
        let nothing = roll.call([], holding: { _ in nil }, seat: { _ in nil })
        #expect(nothing.isEmpty)
    }

    @Test("need not be called while no lab comes or goes, once it is known what the ledgers said of each")
    func upToDate() {
        var roll = LabRoll()
        #expect(roll.isUpToDate(with: []))
        #expect(!roll.isUpToDate(with: [lab("1")]))
        _ = roll.call([lab("1")], holding: { _ in nil }, seat: { _ in nil })
        #expect(!roll.isUpToDate(with: [lab("1")]))
        _ = roll.call([lab("1")], holding: { _ in first }, seat: { _ in nil })
        #expect(roll.isUpToDate(with: [lab("1")]))
        #expect(!roll.isUpToDate(with: [lab("2")]))
        #expect(!roll.isUpToDate(with: []))
    }

    @Test("does not take a lab for gone whose place the next one has taken, and knows the next one's entries")
    func replaced() {
        var roll = LabRoll()
        _ = roll.call([lab("1")], holding: { _ in first }, seat: { _ in first })
        let none = roll.call([lab("2")], holding: { _ in second }, seat: { _ in second })
        #expect(none.isEmpty)
        let gone = roll.call([], holding: { _ in nil }, seat: { _ in nil })
        #expect(gone == ["lab-a": LabRoll.Entry(uid: "2", holding: second, seat: second)])
    }
}
