public import CoreMetrics
public import Logging
import Synchronization

/// Every metric of the process, and what a Prometheus that asks gets to see of them.
///
/// A backend of swift-metrics. A counter gets the suffix `_total`, a timer `_seconds`, where its name does not have it;
/// meters and recorders keep their names, which are to say the unit. Timers and aggregating recorders are histograms.
///
/// Making a metric takes a lock; counting in it is one atomic addition, and setting or timing takes a lock that only
/// those share who use the same series. What is on a path of bytes should keep the metric that it was given.
public final class MetricsRegistry: MetricsFactory {
    private let help: [String: String]
    private let logger: Logger
    private let families = Mutex<[String: MetricFamily]>([:])

    /// Makes an empty registry.
    ///
    /// - Parameter help: what metrics mean, by their names as Prometheus sees them.
    public init(help: [String: String] = [:], logger: Logger) {
        self.help = help
        self.logger = logger
    }

    /// All metrics in the text exposition format 0.0.4, by name, and each one's series by labels.
    public func text() -> String {
        var writer = ExpositionWriter()
        let families = families.withLock { $0.values.sorted { $0.name < $1.name } }
        for family in families { family.write(to: &writer, help: help[family.name]) }
        return writer.text
    }

    private func series<Series: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], make: @Sendable () -> Series
    ) -> Series {
        let name = MetricName.metric(label, suffix: Series.suffix)
        let family = families.withLock { families in
            let family = families[name] ?? MetricFamily(name: name, type: Series.type)
            families[name] = family
            return family
        }
        let (found, isOverflowing) = family.series(SeriesLabels(dimensions), make: make)
        if isOverflowing { logger.metricOverflows(name, limit: MetricFamily.maximumSeriesCount) }
        if let series = found as? Series { return series }
        // Nothing shows it: the name stands for something else already.
        logger.metricClashes(name, type: family.type, with: Series.type)
        return make()
    }

    private func remove(_ series: any MetricSeries) {
        for family in families.withLock({ Array($0.values) }) where family.remove(series) { return }
    }
}

// MARK: - MetricsFactory

extension MetricsRegistry {
    /// A counter; the same for the same name and labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    /// A gauge; the same for the same name and labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    /// A histogram, or what shows the last value, if nothing is to be aggregated.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? series(label, dimensions) { DistributionSeries() } : series(label, dimensions) { GaugeSeries() }
    }

    /// A histogram of seconds; the same for the same name and labels.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { TimerSeries() }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
    /// Forgets a histogram or a gauge.
    public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    private func destroy(_ handler: AnyObject) {
        if let series = handler as? any MetricSeries { remove(series) }
    }
}

extension Logger {
    fileprivate func metricOverflows(_ name: String, limit: Int) {
        warning(
            "a metric has too many series; those beyond are counted as one",
            metadata: ["metric": "\(name)", "limit": "\(limit)"])
    }

    fileprivate func metricClashes(_ name: String, type: String, with other: String) {
        warning(
            "two kinds of metric have the same name; the later one is not shown",
            metadata: ["metric": "\(name)", "shown": "\(type)", "hidden": "\(other)"])
    }
}
