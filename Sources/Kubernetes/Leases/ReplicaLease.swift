public import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization
import Upstream

/// This replica's own lease, which tells the others that it lives: `gateway-` and its identity.
///
/// It is there from the first renewal on, and deleted when the service shuts down in order. A replica that was killed
/// leaves it behind, with the time of its last renewal; ``LeaseObservation`` tells when it has run out.
public final class ReplicaLease: Service {
    /// Chooses the leases of all replicas.
    public static let labelSelector = "app.kubernetes.io/managed-by=labgate,app.kubernetes.io/component=replica"

    /// This replica, unlike any other that is or was: the host's name, which on Kubernetes is the pod's, and 8 random
    /// hexadecimal digits, as a container that restarts keeps its host name.
    public let identity: String
    /// The lease's name.
    public var name: String { Self.name(of: identity) }
    /// The name of a replica's lease.
    public static func name(of identity: String) -> String { "gateway-\(identity)" }

    private let client: APIClient
    private let namespace: String
    private let configuration: ReplicaLeaseConfiguration
    private let logger: Logger
    private let start = Date.clusterNow
    private let life = Mutex(Life())

    /// What is known of the lease's past.
    private struct Life {
        /// When it runs out; nil before the first renewal, and once it is deleted.
        var holdsUntil: ContinuousClock.Instant?
        /// What was written last, as far as is known.
        var renewedAt: Date?
        /// What was written last before it had run out the last time.
        var lastSignBeforeAbsence: Date?
    }

    /// Makes a lease; ``run()`` writes it.
    public init(
        client: APIClient, namespace: String, identity: String,
        configuration: ReplicaLeaseConfiguration = .init(), logger: Logger
    ) {
        self.client = client
        self.namespace = namespace
        self.identity = identity
        self.configuration = configuration
        self.logger = logger
    }

    /// True while the others have reason to believe that this replica lives.
    public var isHeld: Bool { life.withLock { Self.isHeld($0) } }

    /// The last sign of life before the others had reason to believe that this replica is dead, whether they still have
    /// or that is past; nil if they never had. What the replica held may have been taken away as of then.
    public var absentSince: Date? {
        life.withLock { Self.isHeld($0) ? $0.lastSignBeforeAbsence : $0.renewedAt }
    }

    private static func isHeld(_ life: Life) -> Bool { life.holdsUntil.map { ContinuousClock.now < $0 } ?? false }

    /// Renews the lease until the task is cancelled, or the service is told to shut down and has deleted the lease.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepRenewing() }
        if !Task.isCancelled { await delete() }
    }
}

// MARK: - Renewing

extension ReplicaLease {
    private func keepRenewing() async {
        var outage: ContinuousClock.Instant?
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            do throws(APIError) {
                let date = Date.clusterNow
                try await withTimeLimit(configuration.attemptLimit, operation: "renew leases \(namespace)/\(name)") {
                    [self] () async throws(APIError) in try await renew(date)
                }
                noteRenewal(date, begin)
                if let began = outage.take() { logRecovery(after: began.duration(to: .now)) }
            } catch {
                if Task.isCancelled { return }
                if outage == nil {
                    outage = begin
                    logOutage(error)
                }
            }
            try? await Task.sleep(for: outage == nil ? configuration.renewInterval : configuration.retryInterval)
        }
    }

    private func noteRenewal(_ date: Date, _ begin: ContinuousClock.Instant) {
        life.withLock { life in
            if life.renewedAt != nil, !Self.isHeld(life) { life.lastSignBeforeAbsence = life.renewedAt }
            // Others can't have seen it before we wrote it.
            life.holdsUntil = begin + configuration.leaseDuration
            life.renewedAt = date
        }
    }

    /// Nobody else writes this lease: no version has to be compared.
    private func renew(_ date: Date) async throws(APIError) {
        let now = JSONValue.string(Timestamp.microTime(date))
        do {
            try await client.mergePatch(.leases, named: name, namespace: namespace, ["spec": ["renewTime": now]])
        } catch  where error.isNotFound {
            // At first, and if somebody has cleared it away.
            try await client.create(.leases, newLease(renewedAt: date).manifest, namespace: namespace)
        }
    }

    private func newLease(renewedAt date: Date) -> Lease {
        Lease(
            metadata: ObjectMeta(
                name: name, namespace: namespace,
                labels: ["app.kubernetes.io/managed-by": "labgate", "app.kubernetes.io/component": "replica"]),
            holderIdentity: identity, leaseDurationSeconds: Int(configuration.leaseDuration.components.seconds),
            acquireTime: start, renewTime: date)
    }

    private func delete() async {
        life.withLock { $0.holdsUntil = nil }
        do throws(APIError) {
            try await withTimeLimit(configuration.attemptLimit, operation: "delete leases \(namespace)/\(name)") {
                [self] () async throws(APIError) in
                try await client.delete(.leases, named: name, namespace: namespace)
            }
        } catch  where error.isNotFound {
            return
        } catch {
            logger.warning(
                "This replica's lease could not be deleted and has to run out",
                metadata: ["k8s.lease": "\(namespace)/\(name)", "error": "\(error)"])
        }
    }
}

// MARK: - Logging

extension ReplicaLease {
    private func logOutage(_ error: APIError) {
        logger.warning(
            "This replica's lease could not be renewed; retrying",
            metadata: ["k8s.lease": "\(namespace)/\(name)", "error": "\(error)"])
    }

    private func logRecovery(after outage: Duration) {
        logger.notice(
            "This replica's lease is renewed again",
            metadata: ["k8s.lease": "\(namespace)/\(name)", "outage": "\(outage)"])
    }
}
