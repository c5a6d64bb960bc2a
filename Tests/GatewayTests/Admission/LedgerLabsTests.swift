import Classroom
import Foundation
import Testing

@testable import Gateway

@Suite("A lab that is about to be created, in its student's ledger")
struct LedgerLabsTests {
    private static let noon = Clock.at("12:00")

    /// A ledger with a lab that was noted at noon, and whose CPU time was read.
    private static var ledger: Ledger {
        var ledger = Ledger()
        ledger.open(lab(0))
        ledger.addCPU(.seconds(7), holdingID: "lab-1", at: noon + 1) { _, _ in nil }
        return ledger
    }

    private static func lab(_ secondsAfterNoon: Double) -> Holding {
        Holding(lab: "lab-1", course: "c", since: noon + secondsAfterNoon)
    }

    /// What becomes of another wish for it: whether the login holds it, and what the ledger has of it then.
    private static func reopened(
        _ secondsAfterNoon: Double, insteadOf last: Date? = nil
    ) -> (isOwn: Bool, holding: Holding?, labTime: Duration?) {
        var ledger = ledger
        let isOwn = ledger.openLab(lab(secondsAfterNoon), insteadOf: last) { _, _ in nil }
        return (isOwn, ledger.holding("lab-1"), ledger.tallies["c"]?[.labTime]?.total)
    }

    @Test("is its login's")
    func new() {
        var ledger = Ledger()
        let isOwn = ledger.openLab(Self.lab(0), insteadOf: nil) { _, _ in nil }
        #expect(isOwn && ledger.holdings == [Self.lab(0)])
    }

    @Test("stays as another login has just noted it, and is not the second one's to withdraw", arguments: [-59, 1, 59])
    func another(age: Double) {
        let (isOwn, holding, _) = Self.reopened(age)
        #expect(!isOwn)
        #expect(holding == Self.ledger.holding("lab-1") && holding?.cpuBase == .seconds(7))
    }

    @Test("takes the place of one whose pod had time enough to come, with a time of its own", arguments: [60, 7200])
    func old(age: Double) {
        let (isOwn, holding, labTime) = Self.reopened(age)
        #expect(isOwn && holding == Self.lab(age))
        #expect(labTime == .seconds(age))
    }

    @Test("begins anew for the login that has noted it and tries again: none of the time between is counted")
    func own() {
        let (isOwn, holding, labTime) = Self.reopened(45, insteadOf: Self.noon)
        #expect(isOwn && holding == Self.lab(45))
        #expect(labTime == .zero)
    }

    @Test("is its login's, too, when it is written again because the answer to the first time was lost")
    func again() {
        let (isOwn, holding, _) = Self.reopened(0)
        #expect(isOwn && holding?.cpuBase == .seconds(7))
    }
}
