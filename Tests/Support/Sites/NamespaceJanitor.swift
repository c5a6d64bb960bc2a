import Foundation
import Synchronization

/// Deletes what a test run could not: its namespaces, when the test process ends before their suites did.
enum NamespaceJanitor {
    private static let names = Mutex<Set<String>>([])

    /// Notes a namespace that is to be deleted at the end.
    static func enter(_ name: String) {
        _ = atExit
        names.withLock { _ = $0.insert(name) }
    }

    /// Forgets a namespace that was deleted.
    static func leave(_ name: String) {
        names.withLock { _ = $0.remove(name) }
    }

    private static let atExit: Void = {
        atexit {
            let names = NamespaceJanitor.names.withLock { $0 }
            guard !names.isEmpty else { return }
            let words = ["delete", "namespace", "--wait=false"] + names.sorted()
            let child = try? ChildProcess.start(["kubectl", "--kubeconfig", Cluster.kubeconfig ?? ""] + words)
            while child?.isRunning == true { usleep(10_000) }
        }
    }()
}
