import Foundation

@testable import Classroom

/// What a replica does to the latest version of a ledger.
enum LedgerChange {
    case open(Holding)
    case close(String, Date)

    func apply(to ledger: inout Ledger) {
        switch self {
        case .open(let holding): ledger.open(holding)
        case .close(let id, let time): ledger.close(id: id, at: time, windows: BerlinWindows.interval)
        }
    }
}
