import CoreMetrics

/// A histogram of durations, in seconds.
final class TimerSeries: MetricSeries, TimerHandler {
    static let type = Histogram.type
    static let suffix = "_seconds"

    private let histogram = Histogram()

    func recordNanoseconds(_ duration: Int64) {
        histogram.record(Double(duration) / 1_000_000_000)
    }

    func write(to writer: inout ExpositionWriter, name: String, labels: SeriesLabels) {
        histogram.write(to: &writer, name: name, labels: labels)
    }
}
