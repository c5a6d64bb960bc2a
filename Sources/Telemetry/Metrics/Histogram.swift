import Synchronization

/// How many values were how large. Its buckets are the same for all, so that quantiles can be had over several gateways.
final class Histogram: Sendable {
    static let type = "histogram"

    /// Upper bounds of the buckets, in seconds: from an API request on the same machine to a lab that has to wait for a
    /// node and for an image.
    static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
    ]

    private let state = Mutex(State())

    private struct State {
        /// Of each bucket alone; the last is what is above all bounds.
        var counts = [Int64](repeating: 0, count: Histogram.bounds.count + 1)
        var sum = 0.0
    }

    /// Counts a value; what is no number is none.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        // A value that equals a bound is in the bucket of that bound.
        let index = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    /// Writes the buckets, each with all those below it, the sum and the count, which belong together.
    func write(to writer: inout ExpositionWriter, name: String, labels: SeriesLabels) {
        let state = state.withLock { $0 }
        var count: Int64 = 0
        for (bound, more) in zip(Self.bounds + [.infinity], state.counts) {
            count += more
            writer.sample(name + "_bucket", labels.with(bound: ExpositionWriter.text(bound)), count)
        }
        writer.sample(name + "_sum", labels, state.sum)
        writer.sample(name + "_count", labels, count)
    }
}
