import Synchronization

/// A metric with all its series: one for each combination of label values that has come up.
final class MetricFamily: Sendable {
    /// Most series of one metric. With labels that nobody bounds, a metric would eat the gateway's memory, and
    /// Prometheus's; courses are the most of ours, and a school has fewer.
    static let maximumSeriesCount = 1000

    /// As Prometheus sees it.
    let name: String
    /// `counter`, `gauge` or `histogram`.
    let type: String
    private let state = Mutex(State())

    private struct State {
        var series: [SeriesLabels: any MetricSeries] = [:]
        /// What all label combinations beyond the limit share.
        var overflow: (labels: SeriesLabels, series: any MetricSeries)?
    }

    init(name: String, type: String) {
        self.name = name
        self.type = type
    }

    /// The series with these labels, made if there is none; beyond the limit the one that the rest shares.
    ///
    /// - Returns: with the series, whether it is the first beyond the limit.
    func series(
        _ labels: SeriesLabels, make: @Sendable () -> any MetricSeries
    ) -> (series: any MetricSeries, isOverflowing: Bool) {
        state.withLock { state in
            if let known = state.series[labels] { return (known, false) }
            if state.series.count < Self.maximumSeriesCount {
                let made = make()
                state.series[labels] = made
                return (made, false)
            }
            if let overflow = state.overflow { return (overflow.series, false) }
            let made = make()
            state.overflow = (labels.ofOthers, made)
            return (made, true)
        }
    }

    /// - Returns: whether the series was here.
    func remove(_ series: any MetricSeries) -> Bool {
        state.withLock { state in
            guard let labels = state.series.first(where: { $0.value === series })?.key else { return false }
            state.series[labels] = nil
            return true
        }
    }

    /// Writes what the metric means, its type, and all its series.
    func write(to writer: inout ExpositionWriter, help: String?) {
        let (all, overflow) = state.withLock { ($0.series, $0.overflow) }
        guard !all.isEmpty || overflow != nil else { return }
        writer.begin(name, type: type, help: help)
        for (labels, series) in all.sorted(by: { $0.key.text < $1.key.text }) {
            series.write(to: &writer, name: name, labels: labels)
        }
        if let overflow { overflow.series.write(to: &writer, name: name, labels: overflow.labels) }
    }
}
