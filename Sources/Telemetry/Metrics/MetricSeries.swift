/// One line of numbers of a metric, or one histogram: a metric with one combination of label values.
protocol MetricSeries: AnyObject, Sendable {
    /// As the exposition format calls it.
    static var type: String { get }
    /// What the name of such a metric ends in; empty if nothing is the rule.
    static var suffix: String { get }

    /// Writes the values as they are now.
    func write(to writer: inout ExpositionWriter, name: String, labels: SeriesLabels)
}
