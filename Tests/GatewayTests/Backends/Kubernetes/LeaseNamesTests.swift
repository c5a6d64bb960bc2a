import Classroom
import Testing

@testable import Gateway

@Suite("The names of records")
struct LeaseNamesTests {
    @Test("are each owner's own, and the same whenever they are asked for")
    func same() {
        let names = LeaseNames()
        let owners = (0..<50).map { "s\($0)" } + ["ann", "Ann"]
        for owner in owners {
            #expect(names.name(of: RecordKey(kind: Ledger.kind, owner: owner)) == LabName.record("ledger", of: owner))
            #expect(names.name(of: RecordKey(kind: Ledger.kind, owner: owner)) == LabName.record("ledger", of: owner))
        }
    }
}
