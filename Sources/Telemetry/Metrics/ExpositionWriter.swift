/// Writes metrics in the text exposition format 0.0.4 of Prometheus.
struct ExpositionWriter {
    /// What was written so far: whole lines.
    private(set) var text = ""

    /// Begins a metric; its samples follow.
    mutating func begin(_ name: String, type: String, help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help))\n" }
        text += "# TYPE \(name) \(type)\n"
    }

    /// Writes a sample.
    mutating func sample(_ name: String, _ labels: SeriesLabels, _ value: Int64) {
        line(name, labels, "\(value)")
    }

    /// Writes a sample.
    mutating func sample(_ name: String, _ labels: SeriesLabels, _ value: Double) {
        line(name, labels, Self.text(value))
    }

    private mutating func line(_ name: String, _ labels: SeriesLabels, _ value: String) {
        text += labels.text.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels.text)} \(value)\n"
    }

    /// A number as Go's `ParseFloat` reads it; whole numbers without a point.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ help: String) -> String {
        help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }
}
