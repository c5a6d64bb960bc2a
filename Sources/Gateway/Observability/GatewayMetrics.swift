import CoreMetrics
import SSHServer

/// Counts what happens, one method for each event. Nothing here belongs to a connection or a lab session: those that do
/// nothing cost nothing.
final class GatewayMetrics: Sendable {
    private let factory: any MetricsFactory
    private let connectionsOpen: Meter
    private let connections: Counter
    private let bytesToLab: Counter
    private let bytesToClient: Counter
    private let sweeps: Timer

    /// Makes every series that is known beforehand, so that the first event is a change from zero and not a beginning.
    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        connectionsOpen = Meter(label: GatewayMetric.connectionsOpen.rawValue, factory: factory)
        connectionsOpen.set(0)
        connections = Counter(label: GatewayMetric.connections.rawValue, factory: factory)
        bytesToLab = Counter(
            label: GatewayMetric.relayedBytes.rawValue, dimensions: [("direction", "to_lab")], factory: factory)
        bytesToClient = Counter(
            label: GatewayMetric.relayedBytes.rawValue, dimensions: [("direction", "to_client")], factory: factory)
        sweeps = Timer(label: GatewayMetric.sweepSeconds.rawValue, factory: factory)
        for cause in LabStopCause.allCases { labsStopped(cause, by: 0) }
        for isWritten in [true, false] { activityWritten(isWritten, by: 0) }
        for method in ["password", "publickey", "keyboard-interactive"] {
            for isGranted in [true, false] { authentication(method, isGranted, by: 0) }
        }
    }

    // MARK: Connections

    func connectionOpened() {
        connections.increment()
        connectionsOpen.increment()
    }

    func connectionClosed() { connectionsOpen.decrement() }

    func authenticated(_ method: AuthenticationRequest.Method, isGranted: Bool) {
        authentication(method.name, isGranted, by: 1)
    }

    private func authentication(_ method: String, _ isGranted: Bool, by count: Int64) {
        add(count, .authenticationAttempts, [("method", method), ("outcome", isGranted ? "granted" : "refused")])
    }

    // MARK: Lab sessions

    func labSessionStarted(course: String) { gauge(.labSessionsOpen, course).increment() }

    func labSessionEnded(course: String, _ end: LabSessionEnd) {
        gauge(.labSessionsOpen, course).decrement()
        add(1, .labSessions, [("course", course), ("end", end.rawValue)])
    }

    func refused(course: String, _ limit: QuotaLimit) {
        add(1, .refusals, [("course", course), ("limit", limit.rawValue)])
    }

    /// Those on the path of bytes: one atomic addition each.
    func relayedToLab(byteCount: Int) { bytesToLab.increment(by: byteCount) }
    func relayedToClient(byteCount: Int) { bytesToClient.increment(by: byteCount) }

    // MARK: Labs

    func labStarted(course: String, _ outcome: LabStartOutcome) {
        add(1, .labStarts, [("course", course), ("outcome", outcome.rawValue)])
    }

    func labReady(course: String, isWarm: Bool, after time: Duration) {
        timer(.labReadySeconds, [("course", course), ("start", isWarm ? "warm" : "cold")])
            .recordNanoseconds(time.nanoseconds)
    }

    func labStopped(_ cause: LabStopCause) { labsStopped(cause, by: 1) }

    private func labsStopped(_ cause: LabStopCause, by count: Int64) {
        add(count, .labsStopped, [("reason", cause.rawValue)])
    }

    func startedWaiting(course: String) { gauge(.waiting, course).increment() }
    func stoppedWaiting(course: String) { gauge(.waiting, course).decrement() }

    // MARK: Forwarding

    func forwardingStarted(course: String) { gauge(.forwardingsOpen, course).increment() }

    func forwardingEnded(course: String, _ outcome: ForwardingOutcome) {
        gauge(.forwardingsOpen, course).decrement()
        add(1, .forwardings, [("course", course), ("outcome", outcome.rawValue)])
    }

    // MARK: Looking after labs

    func activityWritten(_ isWritten: Bool) { activityWritten(isWritten, by: 1) }

    private func activityWritten(_ isWritten: Bool, by count: Int64) {
        add(count, .activityWrites, [("outcome", isWritten ? "written" : "failed")])
    }

    func swept(in time: Duration) { sweeps.recordNanoseconds(time.nanoseconds) }

    // MARK: Series

    private func add(_ count: Int64, _ metric: GatewayMetric, _ labels: [(String, String)]) {
        Counter(label: metric.rawValue, dimensions: labels, factory: factory).increment(by: count)
    }

    private func gauge(_ metric: GatewayMetric, _ course: String) -> Meter {
        Meter(label: metric.rawValue, dimensions: [("course", course)], factory: factory)
    }

    private func timer(_ metric: GatewayMetric, _ labels: [(String, String)]) -> Timer {
        Timer(label: metric.rawValue, dimensions: labels, factory: factory)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
