import CoreMetrics
import Foundation
import Logging
@testable import TestSupport
import Testing

@testable import Telemetry

/// What others make of our text: Prometheus's own parser for Python.
@Suite("Metrics, read by Prometheus's parser", .enabled(if: Python.isThere, "LABGATE_TEST_PYTHON is not set"))
struct ForeignParserTests {
    let registry = MetricsRegistry(
        help: ["a_total": "What \"it\" is:\n\\ and more."], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    /// Prints what it reads as JSON, and fails where the text breaks a rule.
    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(sys.stdin.read()):
            print(json.dumps({"name": family.name, "type": family.type, "help": family.documentation}))
            for sample in family.samples:
                print(json.dumps({"sample": sample.name, "labels": sample.labels, "value": str(float(sample.value))}))
        """

    private func read() async throws -> [JSON] {
        let child = try await ChildProcess.run(
            [Python.interpreter ?? "python3", "-c", Self.script], input: .text(registry.text()))
        #expect(child.status == 0, "\(child.errors)")
        return try child.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    @Test("Every value, name, label and word of help arrives as it was meant")
    func arrives() async throws {
        let values = ["plain", #"quo"ted"#, #"back\slash"#, "new\nline", "…😀", "", #"\"#, "a,b=\"c\"} 5"]
        for (index, value) in values.enumerated() {
            Counter(label: "a", dimensions: [("l", value), ("n", "\(index)")], factory: registry).increment(by: index)
        }
        Meter(label: "g", factory: registry).set(-0.125)
        Timer(label: "t", dimensions: [("l", "x")], factory: registry).recordMilliseconds(1500)
        let lines = try await read()
        #expect(
            lines.filter { $0["type"].string != nil }.map { [$0["name"].string, $0["type"].string] }
                == [["a", "counter"], ["g", "gauge"], ["t_seconds", "histogram"]])
        #expect(lines.first?["help"].string == "What \"it\" is:\n\\ and more.")
        for (index, value) in values.enumerated() {
            let sample = lines.first { $0["labels"]["n"].string == "\(index)" }
            #expect(sample?["labels"]["l"].string == value)
            #expect(sample?["value"].string == "\(index).0")
        }
        #expect(lines.first { $0["sample"].string == "g" }?["value"].string == "-0.125")
        let buckets = lines.filter { $0["sample"].string == "t_seconds_bucket" }
        #expect(buckets.count == Histogram.bounds.count + 1)
        #expect(buckets.first { $0["labels"]["le"].string == "1" }?["value"].string == "0.0")
        #expect(buckets.first { $0["labels"]["le"].string == "2.5" }?["value"].string == "1.0")
        #expect(lines.first { $0["sample"].string == "t_seconds_sum" }?["value"].string == "1.5")
    }
}
