import Dashboard
import Gateway
import Kubernetes
import Logging
import Telemetry

/// Metrics, if the configuration wants some: where they are gathered, and where they are served.
struct Metrics {
    private let address: ListenAddress
    private let registry: MetricsRegistry
    private let logger: Logger

    /// Has to come before whatever is measured.
    ///
    /// - Parameter address: nil for none, which costs nothing.
    init?(_ address: ListenAddress?, logger: Logger) {
        guard let address else { return nil }
        let help =
            GatewayMetric.allCases.map { ($0.rawValue, $0.help) } + APIMetric.allCases.map { ($0.rawValue, $0.help) }
        self.address = address
        self.logger = logger
        registry = Telemetry.startMetrics(help: Dictionary(uniqueKeysWithValues: help), logger: logger)
    }

    /// What serves them, and tells whether the gateway is ready.
    func server(_ readiness: Readiness) -> MetricsServer {
        MetricsServer(
            host: address.host, port: address.port, metrics: { [registry] in registry.text() },
            obstacles: { readiness.obstacles }, logger: logger)
    }
}
