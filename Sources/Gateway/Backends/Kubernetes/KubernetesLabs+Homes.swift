import Foundation
import Kubernetes
import Synchronization
import Upstream

extension KubernetesLabs {
    /// How long a pod that reads a home may take to start.
    private static let startLimit: Duration = .seconds(180)
    /// How often it is looked at meanwhile.
    private static let startInterval: Duration = .milliseconds(500)

    /// In the lab if it runs, and else in a pod that has the home read-only and goes afterwards.
    func readHome<Value>(
        of order: LabOrder, _ argv: [String], _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value? {
        let lab = try await currentLab(named: order.name.lab).flatMap { order.owns($0) ? $0 : nil }
        if let lab, lab.state == .ready { return try await run(argv, in: lab, tty: false, body) }
        let pod = LabPod(order)
        if pod.homeClaim == nil, lab != nil {
            throw HomeCollector.Failure("the home goes with the lab, which does not run just now; try again")
        }
        guard pod.homeClaim != nil, try await hasHome(order.name) else { return nil }
        return try await withReader(pod) { try await run(argv, inPodNamed: $0, tty: false, body) }
    }

    private func withReader<Value>(_ pod: LabPod, _ body: (String) async throws -> Value) async throws -> Value {
        let manifest = pod.homeReader(suffix: String(UInt32.random(in: .min ... .max), radix: 36))
        let name = manifest["metadata"]?["name"]?.string ?? ""
        // Before it is there: whoever is interrupted does not hear whether it was made.
        readers.withLock { _ = $0.insert(name) }
        let result: Result<Value, any Error>
        do {
            try await asking { () async throws(APIError) in
                _ = try await client.createPod(manifest, namespace: namespace)
            }
            try await waitForReader(name)
            result = .success(try await body(name))
        } catch {
            result = .failure(error)
        }
        await deleteReader(name)
        return try result.get()
    }

    private func waitForReader(_ name: String) async throws {
        let end = ContinuousClock.now + Self.startLimit
        var last = "it was not scheduled"
        while ContinuousClock.now < end {
            guard let reader = try await currentLab(named: name) else {
                throw HomeCollector.Failure("the pod that reads the home is gone")
            }
            switch reader.state {
            case .ready: return
            case .starting(let stage): last = "\(stage)"
            case .unschedulable(let reason): last = reason
            case .doomed(let error): throw HomeCollector.Failure(error.cause)
            case .terminating, .ended:
                throw HomeCollector.Failure("the pod that reads the home has ended before it could")
            }
            try await Task.sleep(for: Self.startInterval)
        }
        throw HomeCollector.Failure(
            "the pod that reads the home has not started within \(Self.startLimit) (\(last))")
    }

    /// What is left lying all the same ends by itself, and a later collection tidies it away.
    private func deleteReader(_ name: String) async {
        do throws(APIError) {
            try await client.deletePod(named: name, namespace: namespace, gracePeriod: .zero)
        } catch {
            guard error.isNotFound else { return }
        }
        readers.withLock { _ = $0.remove(name) }
    }

    func tidyHomeReaders() async throws(BackendError) {
        for name in readers.withLock({ $0 }) { await deleteReader(name) }
        let readers = try await asking { () async throws(APIError) in
            try await client.listPods(namespace: namespace, labelSelector: LabPod.homeReaderSelector)
        }
        let oldest = Date.clusterNow - Double(LabPod.readerDeadlineSeconds)
        for reader in readers
        where [.failed, .succeeded].contains(reader.status.phase)
            || reader.metadata.creationTimestamp ?? .distantFuture < oldest
        {
            try? await client.deletePod(
                named: reader.metadata.name, namespace: namespace, uid: reader.metadata.uid, gracePeriod: .zero)
        }
    }
}
