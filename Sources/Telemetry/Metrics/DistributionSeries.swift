import CoreMetrics

/// A histogram of values that are in the base unit which the metric's name says.
final class DistributionSeries: MetricSeries, RecorderHandler {
    static let type = Histogram.type
    static let suffix = ""

    private let histogram = Histogram()

    func record(_ value: Int64) { histogram.record(Double(value)) }
    func record(_ value: Double) { histogram.record(value) }

    func write(to writer: inout ExpositionWriter, name: String, labels: SeriesLabels) {
        histogram.write(to: &writer, name: name, labels: labels)
    }
}
