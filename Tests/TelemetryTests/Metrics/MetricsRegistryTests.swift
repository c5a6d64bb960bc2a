import CoreMetrics
import InMemoryLogging
import Logging
import Testing

@testable import Telemetry

@Suite("Metrics registry")
struct MetricsRegistryTests {
    let log = InMemoryLogHandler()
    let registry: MetricsRegistry

    init() {
        let log = log
        registry = MetricsRegistry(
            help: ["shown_total": "Labs, \\ and\nwhat is left."], logger: Logger(label: "test") { _ in log })
    }

    private func counter(_ name: String, _ labels: [(String, String)] = []) -> Counter {
        Counter(label: name, dimensions: labels, factory: registry)
    }

    @Test("Every kind of metric is written as Prometheus reads it, in the order of names and of labels")
    func wholeText() {
        let gauge = Meter(label: "open", factory: registry)
        gauge.set(2.5)
        counter("labs", [("end", "ok"), ("course", "c")]).increment(by: 3)
        counter("labs", [("course", "b"), ("end", "ok")]).increment()
        counter("shown_total").increment()
        Timer(label: "start", factory: registry).recordMilliseconds(250)
        let buckets = Histogram.bounds.map { bound in
            "start_seconds_bucket{le=\"\(ExpositionWriter.text(bound))\"} \(bound < 0.25 ? 0 : 1)\n"
        }
        #expect(
            registry.text() == """
                # TYPE labs_total counter
                labs_total{course="b",end="ok"} 1
                labs_total{course="c",end="ok"} 3
                # TYPE open gauge
                open 2.5
                # HELP shown_total Labs, \\\\ and\\nwhat is left.
                # TYPE shown_total counter
                shown_total 1
                # TYPE start_seconds histogram
                \(buckets.joined())start_seconds_bucket{le="+Inf"} 1
                start_seconds_sum 0.25
                start_seconds_count 1

                """)
    }

    @Test("Nothing is written before there is something")
    func empty() {
        #expect(registry.text().isEmpty)
    }

    @Test("The same name and labels, in whatever order, are one series")
    func sameSeries() {
        counter("labs", [("a", "1"), ("b", "2")]).increment()
        counter("labs_total", [("b", "2"), ("a", "1")]).increment(by: 4)
        #expect(registry.text().hasSuffix("labs_total{a=\"1\",b=\"2\"} 5\n"))
    }

    @Test(
        "Values of labels are escaped so that none breaks out of its quotes",
        arguments: [
            (#"a"b"#, #"a\"b"#), (#"a\"#, #"a\\"#), ("a\nb", #"a\nb"#), ("…}{,=", "…}{,="), ("", ""), (#"\n"#, #"\\n"#),
        ])
    func labelValues(_ value: String, _ written: String) {
        counter("labs", [("l", value)]).increment()
        #expect(registry.text() == "# TYPE labs_total counter\nlabs_total{l=\"\(written)\"} 1\n")
    }

    @Test(
        "Names become such as Prometheus takes",
        arguments: [
            ("http.requests", "http_requests_total"), ("2fast", "_2fast_total"), ("a:b_total", "a:b_total"),
            ("größe", "gr__e_total"), ("", "__total"),
        ])
    func metricNames(_ label: String, _ name: String) {
        #expect(MetricName.metric(label, suffix: "_total") == name)
    }

    @Test("Names of labels become such as Prometheus takes, and none hides a bucket's bound")
    func labelNames() {
        #expect(["http.route", "a:b", "le", "9"].map(MetricName.label) == ["http_route", "a_b", "_le", "_9"])
        #expect(SeriesLabels([("a.b", "1"), ("a-b", "2")]).text == #"a_b="2""#)
    }

    @Test("A counter only grows")
    func counterGrows() {
        let counter = counter("labs")
        counter.increment(by: 2)
        (registry.makeCounter(label: "labs", dimensions: []) as AnyObject as? CounterSeries)?.increment(by: -1)
        #expect(registry.text().hasSuffix("labs_total 2\n"))
        counter.reset()
        #expect(registry.text().hasSuffix("labs_total 0\n"))
    }

    @Test("A gauge goes up and down; a recorder that aggregates nothing shows the last value")
    func gauges() {
        let gauge = Meter(label: "open", factory: registry)
        gauge.increment(by: 3)
        gauge.decrement()
        Recorder(label: "last", aggregate: false, factory: registry).record(7)
        #expect(registry.text() == "# TYPE last gauge\nlast 7\n# TYPE open gauge\nopen 2\n")
    }

    @Test("A value that equals a bound is in its bucket; buckets hold all below them; what is no number is left out")
    func histogram() {
        let recorder = Recorder(label: "seconds", aggregate: true, factory: registry)
        for value in [0.001, 0.0011, 600, 601, .infinity, .nan, -1] { recorder.record(value) }
        let lines = registry.text().split(separator: "\n")
        #expect(lines.contains(#"seconds_bucket{le="0.001"} 2"#))
        #expect(lines.contains(#"seconds_bucket{le="0.0025"} 3"#))
        #expect(lines.contains(#"seconds_bucket{le="300"} 3"#))
        #expect(lines.contains(#"seconds_bucket{le="600"} 4"#))
        #expect(lines.contains(#"seconds_bucket{le="+Inf"} 6"#))
        #expect(lines.contains("seconds_sum +Inf"))
        #expect(lines.last == "seconds_count 6")
    }

    @Test("Beyond the limit all label combinations share one series, which is told once")
    func overflow() {
        let limit = MetricFamily.maximumSeriesCount
        for index in 0..<limit + 5 { counter("labs", [("course", "c\(index)"), ("end", "ok")]).increment() }
        counter("labs", [("course", "c0"), ("end", "ok")]).increment()
        counter("labs", [("another", "label")]).increment()
        let lines = registry.text().split(separator: "\n")
        #expect(lines.count == 1 + limit + 1)
        #expect(lines.last == #"labs_total{course="_other",end="_other"} 6"#)
        #expect(lines.contains(#"labs_total{course="c0",end="ok"} 2"#))
        #expect(log.entries.map { "\($0.metadata["metric"] ?? "")" } == ["labs_total"])
    }

    @Test("Of two kinds of metric with one name the first is shown, and the other is told")
    func clash() {
        Meter(label: "labs_total", factory: registry).set(1)
        counter("labs").increment()
        #expect(registry.text() == "# TYPE labs_total gauge\nlabs_total 1\n")
        #expect(log.entries.count == 1)
    }

    @Test("A metric that is destroyed is not shown any more")
    func destroy() {
        let (one, two) = (counter("labs", [("l", "1")]), counter("labs", [("l", "2")]))
        one.destroy()
        two.increment()
        #expect(registry.text() == "# TYPE labs_total counter\nlabs_total{l=\"2\"} 1\n")
    }

    @Test("Nothing that many threads count is lost, though it is looked at meanwhile")
    func concurrency() async {
        let registry = registry
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { @concurrent in
                    for index in 0..<2000 {
                        Counter(label: "c", dimensions: [("l", "\(index % 3)")], factory: registry).increment()
                        Meter(label: "g", factory: registry).increment()
                        Timer(label: "t", factory: registry).recordSeconds(1)
                    }
                }
                group.addTask { @concurrent in for _ in 0..<20 { _ = registry.text() } }
            }
        }
        let lines = registry.text().split(separator: "\n")
        #expect(lines.contains(#"c_total{l="0"} 5336"#))
        #expect(lines.contains("g 16000"))
        #expect(lines.contains("t_seconds_count 16000"))
        #expect(lines.contains("t_seconds_sum 16000"))
    }

    @Test(
        "Numbers are written so that they are read as the same",
        arguments: [
            (0, "0"), (-3, "-3"), (0.1, "0.1"), (1e-9, "1e-09"), (1e21, "1e+21"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"), (16_000_000_000, "16000000000"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ text: String) {
        #expect(ExpositionWriter.text(value) == text)
    }
}
