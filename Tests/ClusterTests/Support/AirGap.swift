import Foundation
@testable import TestSupport

/// The local cluster's node cut off from all that is not on this machine.
struct AirGap {
    private static let script = URL(filePath: #filePath).appending(path: "../../Scripts/air_gap.sh").standardized.path
    /// The pods' addresses, as `deploy/cluster/lib/paths.sh` has them.
    private static let podNetwork = "10.244.0.0/16"

    /// Runs `body` meanwhile.
    static func with(_ body: (AirGap) async throws -> Void) async throws {
        let containerd = try await Cluster.processID(ofComponent: "containerd")
        let kubelet = try await Cluster.processID(ofComponent: "kubelet")
        _ = try await run(["on", podNetwork, containerd, kubelet])
        do {
            try await body(AirGap())
        } catch {
            _ = try await run(["off"])
            throw error
        }
        _ = try await run(["off"])
    }

    /// How many packets were to leave so far; none did.
    var attemptCount: Int {
        get async throws { Int(try await Self.run(["count"])) ?? -1 }
    }

    private static func run(_ arguments: [String]) async throws -> String {
        let child = try await ChildProcess.run([script] + arguments)
        guard child.status == 0 else {
            throw ChildProcess.Failure(description: "air_gap \(arguments): \(child.errors)")
        }
        return child.output.trimmingCharacters(in: .newlines)
    }
}
