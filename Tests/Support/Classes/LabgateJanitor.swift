import Foundation
import Synchronization

/// Ends the gateways that still run when the test process ends before their suites did.
enum LabgateJanitor {
    private static let processIDs = Mutex<Set<Int32>>([])

    /// Notes a gateway that is to be ended at the end.
    static func enter(_ processID: Int32) {
        _ = atExit
        processIDs.withLock { _ = $0.insert(processID) }
    }

    /// Forgets a gateway that has ended.
    static func leave(_ processID: Int32) {
        processIDs.withLock { _ = $0.remove(processID) }
    }

    private static let atExit: Void = {
        atexit { LabgateJanitor.processIDs.withLock { for id in $0 { kill(id, SIGKILL) } } }
    }()
}
