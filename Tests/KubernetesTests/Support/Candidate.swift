import Logging
import ServiceLifecycle
import Synchronization

@testable import Kubernetes

/// A candidate whose leading is written down.
final class Candidate: Sendable {
    /// Who leads, over all candidates that share it, to find two at once.
    final class Throne: Sendable {
        private let leaders = Mutex((now: 0, most: 0))
        var mostAtOnce: Int { leaders.withLock { $0.most } }
        func enter() { leaders.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { leaders.withLock { $0.now -= 1 } }
    }

    private final class Log: Sendable {
        let past = Mutex<[Leadership]>([])
        let isWorking = Mutex(false)
    }

    let election: LeaderElection
    private let group: ServiceGroup
    private let log: Log

    init(_ identity: String, _ client: APIClient, namespace: String = "lab", throne: Throne = Throne()) {
        var configuration = LeaderElectionConfiguration(leaseName: "leader", namespace: namespace, identity: identity)
        // Long enough for a busy machine to be late by a second or two.
        configuration.leaseDuration = .seconds(5)
        configuration.renewDeadline = .seconds(3)
        configuration.retryInterval = .milliseconds(100)
        let log = Log()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        election = LeaderElection(client: client, configuration: configuration, logger: logger) { leadership in
            log.past.withLock { $0.append(leadership) }
            throne.enter()
            log.isWorking.withLock { $0 = true }
            try? await Task.sleep(for: .seconds(600))
            log.isWorking.withLock { $0 = false }
            throne.leave()
        }
        self.log = log
        group = ServiceGroup(services: [election], logger: logger)
    }

    /// Each time it began to lead.
    var leaderships: [Leadership] { log.past.withLock { $0 } }

    /// True while its work as a leader runs.
    var isWorking: Bool { log.isWorking.withLock { $0 } }

    /// Competes until it is shut down, or cancelled, which is as sudden as a kill.
    func run() async throws { try await group.run() }

    /// Shuts down in order.
    func shutDown() async { await group.triggerGracefulShutdown() }
}
