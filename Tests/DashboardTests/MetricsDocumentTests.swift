import Foundation
import Logging
import SSHServer
@testable import TestSupport
import Testing

@testable import Gateway
@testable import Kubernetes
@testable import Telemetry

/// METRICS.md says what there is, and all that there is.
@Suite("The table of metrics")
struct MetricsDocumentTests {
    /// What a metric is documented as.
    private struct Entry {
        let name: String
        let labels: [String]
        let help: String
    }

    private static let entries =
        GatewayMetric.allCases.map { Entry(name: $0.rawValue, labels: $0.labels, help: $0.help) }
        + APIMetric.allCases.map { Entry(name: $0.rawValue, labels: $0.labels, help: $0.help) }

    /// Everything that can be measured, once.
    private static func measureAll(_ registry: MetricsRegistry) async throws {
        let metrics = GatewayMetrics(factory: registry)
        metrics.connectionOpened()
        metrics.authenticated(.password(Array("x".utf8)), isGranted: false)
        metrics.labSessionStarted(course: "c")
        for end in LabSessionEnd.allCases { metrics.labSessionEnded(course: "c", end) }
        for limit in QuotaLimit.allCases { metrics.refused(course: "c", limit) }
        for outcome in LabStartOutcome.allCases { metrics.labStarted(course: "c", outcome) }
        for isWarm in [true, false] { metrics.labReady(course: "c", isWarm: isWarm, after: .seconds(1)) }
        for cause in LabStopCause.allCases { metrics.labStopped(cause) }
        metrics.startedWaiting(course: "c")
        metrics.forwardingStarted(course: "c")
        for outcome in ForwardingOutcome.allCases { metrics.forwardingEnded(course: "c", outcome) }
        metrics.swept(in: .seconds(1))
        let requests = APIMetrics(factory: registry)
        _ = try await requests.measure("get pods lab/one", code: { $0 }, { () async throws(APIError) in 200 })
        for isError in [true, false] { requests.watchRestarted("pods", isError: isError) }
    }

    private static func registry() async throws -> MetricsRegistry {
        let help = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.help) })
        let registry = MetricsRegistry(help: help, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await measureAll(registry)
        return registry
    }

    @Test("It has a row for each metric that a gateway shows, with its type and labels, and no other rows")
    func table() async throws {
        let scrape = Scrape(text: try await Self.registry().text())
        #expect(Set(scrape.types.keys) == Set(Self.entries.map(\.name)))
        let rows = Self.entries.sorted { $0.name < $1.name }.map { entry in
            let labels = entry.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(entry.name)` | \(scrape.types[entry.name] ?? "") | \(labels) | \(entry.help) |"
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Dashboard/METRICS.md")
        let document = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        let documented = document.filter { $0.hasPrefix("| `labgate_") }
        #expect(documented == rows, "METRICS.md should say:\n\(rows.joined(separator: "\n"))")
    }

    @Test("Every series has the labels that its metric is said to have")
    func labels() async throws {
        let scrape = Scrape(text: try await Self.registry().text())
        for entry in Self.entries {
            let series = scrape.series(of: entry.name)
            #expect(!series.isEmpty, "\(entry.name)")
            for labels in series { #expect(labels.keys.sorted() == entry.labels.sorted(), "\(entry.name)") }
        }
    }

    @Test("What a label can be is told with its metric")
    func values() async throws {
        let scrape = Scrape(text: try await Self.registry().text())
        for entry in Self.entries {
            for labels in scrape.series(of: entry.name) {
                for (label, value) in labels where !["course", "resource", "verb", "code"].contains(label) {
                    #expect(entry.help.contains(value), "\(entry.name) does not tell of \(label)=\(value)")
                }
            }
        }
    }
}
