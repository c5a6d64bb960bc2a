import Foundation
import Synchronization
@testable import TestSupport
import Testing

/// Two gateways of one class, either of which can be killed and started anew under its students.
final class GatewayPair: Sendable {
    private let sample: SampleClass
    private let other: Mutex<LabgateProcess>

    /// Which of the two.
    enum Side: CaseIterable { case first, second }

    /// Starts the second beside the class's own.
    init(_ sample: SampleClass) async throws {
        self.sample = sample
        other = Mutex(try await LabgateProcess.serve(configuration: sample.configuration))
    }

    func gateway(_ side: Side) throws -> LabgateProcess {
        switch side {
        case .first: try sample.gateway
        case .second: other.withLock { $0 }
        }
    }

    /// Those that run.
    var living: [LabgateProcess] {
        get throws { try Side.allCases.map(gateway).filter(\.isRunning) }
    }

    /// The one that leads, as far as the election's lease and their logs tell.
    func leader() async throws -> Side? {
        let text = try await sample.namespace.kubectl("get", "leases", "--output=json")
        let lease = try JSON(parsing: text)["items"].array.first { $0["metadata"]["name"].string == "labgate-reaper" }
        guard let holder = lease?["spec"]["holderIdentity"].string else { return nil }
        return try Side.allCases.first { side in
            let gateway = try gateway(side)
            return gateway.isRunning && gateway.logged("This replica leads").contains { $0["identity"].string == holder }
        }
    }

    /// SIGKILL.
    func kill(_ side: Side) async throws { try await gateway(side).kill() }

    /// Starts one that was killed.
    func restart(_ side: Side) async throws {
        switch side {
        case .first: try await sample.start()
        case .second:
            let started = try await LabgateProcess.serve(configuration: sample.configuration)
            other.withLock { $0 = started }
        }
    }

    /// Ends the second.
    func end() async throws {
        let gateway = try gateway(.second)
        if gateway.isRunning { try await gateway.stop() }
    }

    /// Runs `body` with a pair, whose second gateway ends with it.
    static func with<Value>(_ sample: SampleClass, _ body: (GatewayPair) async throws -> Value) async throws -> Value {
        let pair = try await GatewayPair(sample)
        do {
            let value = try await body(pair)
            try await pair.end()
            return value
        } catch {
            try? await pair.end()
            throw error
        }
    }
}
