import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization
import Upstream

/// Sees to it that one of several processes leads, by a lease that the leader renews; after client-go's
/// `leaderelection`.
///
/// Another's lease counts as long as it is seen to be renewed, by the local clock; clocks of machines are never
/// compared for that. Who cannot renew stops leading before another can begin, provided that its work ends when it is
/// cancelled: within ``LeaderElectionConfiguration/leaseDuration`` less ``LeaderElectionConfiguration/renewDeadline``.
/// A leader that shuts down in order releases the lease, and a successor leads as soon as it looks; one that is
/// cancelled or killed does not, and its lease runs out.
public final class LeaderElection: Service {
    private let client: APIClient
    private let configuration: LeaderElectionConfiguration
    private let logger: Logger
    private let work: @Sendable (Leadership) async -> Void
    /// Until when we lead unless we renew; nil if we don't.
    private let leadsUntil = Mutex<ContinuousClock.Instant?>(nil)

    /// Makes a candidate; ``run()`` lets it compete.
    ///
    /// - Parameter lead: Called whenever this process begins to lead, and cancelled when it ends; has to return soon
    ///   then. When it returns earlier by itself, this process still leads.
    public init(
        client: APIClient, configuration: LeaderElectionConfiguration, logger: Logger,
        lead: @escaping @Sendable (Leadership) async -> Void
    ) {
        precondition(
            configuration.retryInterval < configuration.renewDeadline
                && configuration.renewDeadline < configuration.leaseDuration,
            "a leader has to have time to renew, and others have to wait for longer than it tries")
        self.client = client
        self.configuration = configuration
        work = lead
        var logger = logger
        logger[metadataKey: "k8s.lease"] = "\(configuration.namespace)/\(configuration.leaseName)"
        logger[metadataKey: "identity"] = "\(configuration.identity)"
        self.logger = logger
    }

    /// True while this process leads. Cheap, and true to the moment: it turns false when the time to renew is over,
    /// even if this process was stopped meanwhile.
    public var isLeader: Bool {
        leadsUntil.withLock { $0.map { ContinuousClock.now < $0 } ?? false }
    }

    /// Competes until the task is cancelled, or the service is told to shut down and has released the lease.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.compete() }
        if !Task.isCancelled { await release() }
    }
}

// MARK: - Competing

extension LeaderElection {
    private func compete() async {
        var candidacy = Candidacy(configuration)
        var isFailing = false
        while !Task.isCancelled {
            do throws(APIError) {
                candidacy = try await attempt(candidacy, within: configuration.attemptLimit)
                isFailing = false
                if candidacy.holdsLease { await lead(&candidacy) }
            } catch {
                if Task.isCancelled { return }
                if !isFailing { logFailure(error) }
                isFailing = true
            }
            // At random, so that candidates don't all come at once.
            try? await Task.sleep(for: configuration.retryInterval * Double.random(in: 1...1.2))
        }
    }

    private func lead(_ candidacy: inout Candidacy) async {
        let leadership = Leadership(since: .now, gap: candidacy.gap)
        leadsUntil.withLock { $0 = candidacy.leadsUntil }
        logStart(leadership)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [work] in await work(leadership) }
            await keepRenewing(&candidacy)
            leadsUntil.withLock { $0 = nil }
            group.cancelAll()
        }
        logEnd(leadership)
    }

    /// Returns when another has the lease, when it could not be renewed in time, and when the task is cancelled.
    private func keepRenewing(_ candidacy: inout Candidacy) async {
        var isFailing = false
        while !Task.isCancelled, let deadline = candidacy.leadsUntil {
            let next = ContinuousClock.now + configuration.retryInterval
            try? await Task.sleep(until: min(next, deadline))
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, !Task.isCancelled else { return }
            do throws(APIError) {
                candidacy = try await attempt(candidacy, within: min(left, configuration.attemptLimit))
                let renewed = candidacy.leadsUntil
                leadsUntil.withLock { $0 = renewed }
                isFailing = false
            } catch {
                if Task.isCancelled { return }
                if !isFailing { logFailure(error) }
                isFailing = true
            }
        }
    }
}

// MARK: - The lease

extension LeaderElection {
    /// Writes the lease if we may; what is known then tells whether it is ours.
    private func attempt(_ candidacy: Candidacy, within limit: Duration) async throws(APIError) -> Candidacy {
        try await withTimeLimit(limit, operation: "hold leases \(configuration.namespace)/\(configuration.leaseName)") {
            [self] () async throws(APIError) in
            var candidacy = candidacy
            if !candidacy.holdsLease { candidacy.saw(try await read(), at: .now) }
            while let claim = candidacy.claim(at: .now, date: .clusterNow) {
                let start = ContinuousClock.now
                do throws(APIError) {
                    candidacy.wrote(try await write(claim), startingAt: start)
                    break
                } catch  where error.isConflict || error.isAlreadyExists || error.isNotFound {
                    // Another was faster, or we were, and never got the answer. What there is now tells.
                    candidacy.saw(try await read(), at: .now)
                }
            }
            return candidacy
        }
    }

    private func read() async throws(APIError) -> Lease? {
        do {
            return try await client.get(.leases, named: configuration.leaseName, namespace: configuration.namespace)
        } catch  where error.isNotFound {
            return nil
        }
    }

    private func write(_ claim: Lease) async throws(APIError) -> Lease {
        claim.metadata.resourceVersion.isEmpty
            ? try await client.create(.leases, claim.manifest, namespace: configuration.namespace)
            : try await client.replace(.leases, with: claim.manifest, namespace: configuration.namespace)
    }

    /// Lets others have the lease at once, if it is ours: it may be although we were told nothing of it.
    private func release() async {
        do throws(APIError) {
            try await withTimeLimit(configuration.attemptLimit, operation: "release leases") {
                [self] () async throws(APIError) in
                guard var lease = try await read(), lease.holderIdentity == configuration.identity else { return }
                lease.holderIdentity = ""
                // API servers want one that is positive.
                lease.leaseDurationSeconds = 1
                lease.renewTime = .clusterNow
                _ = try await write(lease)
                logger.info("The lease is released")
            }
        } catch {
            logger.warning("The lease could not be released and has to run out", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Logging

extension LeaderElection {
    private func logStart(_ leadership: Leadership) {
        logger.notice("This replica leads", metadata: ["gap": "\(leadership.gap.map { "\($0)" } ?? "none")"])
    }

    private func logEnd(_ leadership: Leadership) {
        logger.notice(
            "This replica leads no more", metadata: ["duration": "\(leadership.since.duration(to: .now))"])
    }

    private func logFailure(_ error: APIError) {
        logger.warning("The leader's lease can't be got at; retrying", metadata: ["error": "\(error)"])
    }
}
