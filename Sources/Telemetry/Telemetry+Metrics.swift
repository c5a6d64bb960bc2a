import CoreMetrics
public import Logging

extension Telemetry {
    /// Makes every metric of the process one of a registry. To be called once, before the first metric is made; without
    /// it, metrics cost nothing and are nowhere.
    ///
    /// - Parameter help: what metrics mean, by name.
    public static func startMetrics(help: [String: String], logger: Logger) -> MetricsRegistry {
        let registry = MetricsRegistry(help: help, logger: logger)
        MetricsSystem.bootstrap(registry)
        return registry
    }
}
