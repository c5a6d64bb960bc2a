import CoreMetrics
import Synchronization

/// A number that only grows, by one atomic addition each time.
final class CounterSeries: MetricSeries, CounterHandler {
    static let type = "counter"
    static let suffix = "_total"

    private let value = Atomic<Int64>(0)

    /// A counter that went back would look like a restart: what is negative counts for nothing.
    func increment(by amount: Int64) {
        if amount > 0 { value.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { value.store(0, ordering: .relaxed) }

    func write(to writer: inout ExpositionWriter, name: String, labels: SeriesLabels) {
        writer.sample(name, labels, value.load(ordering: .relaxed))
    }
}
