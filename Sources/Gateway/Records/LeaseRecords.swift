import Foundation
import Kubernetes
import Logging
import ServiceLifecycle
import Synchronization

/// Records that all gateways share, one for each student or course.
///
/// A record is an annotation of a Lease, changed by compare-and-swap: whoever read an older one is told so by the API
/// server, reads again and decides again. Changes that wait for the same record are made together, in the order in which
/// they came, so that a student's fifty logins at once are not fifty rounds of a race.
final class LeaseRecords<Record: LeaseRecord>: Service {
    /// A change, and who waits for it.
    private struct Change: Sendable {
        /// Makes the change; throws to leave the record alone.
        let make: @Sendable (inout Record) throws -> any Sendable
        /// nil if nobody waits: then it is repeated until it is written.
        let continuation: CheckedContinuation<any Sendable, any Error>?
    }

    private let client: APIClient
    private let leases: ObjectCache<Lease>
    private let namespace: String
    private let logger: Logger
    /// What waits to be written, by owner. An owner is a key while a flush is on its way.
    private let pending = Mutex<[String: [Change]]>([:])
    private let written = Mutex(WrittenLeases())
    private let names = RecordNames(of: Record.component)
    private let cache = RecordCache<Record>()
    /// Owners whose changes are to be flushed: each at most once.
    private let wakes: AsyncStream<String>
    private let waker: AsyncStream<String>.Continuation
    /// Whether an API server that is away is not waited for any more.
    private let isStopping = Atomic(false)

    /// How long somebody who waits for a change is left to wait for the API server.
    private static var patience: Duration { .seconds(60) }
    /// Changes that nobody waits for, and that are kept for a record that cannot be read until somebody mends it. Those of
    /// what was open when it was damaged come first; what comes later has mostly been refused.
    private static var maximumUnreadableCount: Int { 1000 }

    /// - Parameter leases: of the namespace, kept up to date by somebody else.
    init(client: APIClient, leases: ObjectCache<Lease>, namespace: String, logger: Logger) {
        self.client = client
        self.leases = leases
        self.namespace = namespace
        self.logger = logger
        (wakes, waker) = AsyncStream.makeStream()
    }

    // MARK: Reading

    /// The owner's record as last seen.
    func record(of owner: String) -> Record {
        newestLease(owner).flatMap { try? cache.record(of: $0) } ?? Record()
    }

    /// Whether the owner has a record that cannot be read: it is of a version to come, or was damaged by hand.
    func isUnreadable(_ owner: String) -> Bool {
        guard let lease = newestLease(owner) else { return false }
        return (try? cache.record(of: lease)) == nil
    }

    /// All records that can be read as last seen, by owner.
    var all: [String: Record] {
        let leases = leases.objects.filter { $0.metadata.annotations[Record.annotation] != nil }
        cache.trim(to: leases)
        let records = leases.compactMap { lease in
            lease.metadata.annotations[Record.ownerKey].flatMap { owner in
                (try? cache.record(of: lease)).map { (owner, $0) }
            }
        }
        return Dictionary(records, uniquingKeysWith: { $1 })
    }

    /// The resource version of each record as last seen, by owner: tells what has changed without reading any.
    var versions: [String: String] {
        let versions = leases.objects.compactMap { lease in
            lease.metadata.annotations[Record.annotation] == nil
                ? nil : lease.metadata.annotations[Record.ownerKey].map { ($0, lease.metadata.resourceVersion) }
        }
        return Dictionary(versions, uniquingKeysWith: { $1 })
    }

    /// The owner's record, now and after each change; a slow reader gets the latest.
    func updates(of owner: String) -> some AsyncSequence<Record, Never> & Sendable {
        leases.updates(ofObjectNamed: names.name(of: owner)).map { [cache] lease in
            lease.flatMap { try? cache.record(of: $0) } ?? Record()
        }
    }

    // MARK: Changing

    /// Changes a record.
    ///
    /// - Parameter make: may be called several times, each time with the record as it is by then.
    /// - Returns: what `make` returned the last time.
    /// - Throws: what `make` threw, or `APIError` if the cluster could not be reached for too long.
    func change<Value: Sendable>(
        of owner: String, _ make: @escaping @Sendable (inout Record) throws -> Value
    ) async throws -> Value {
        let value = try await withCheckedThrowingContinuation { continuation in
            enqueue(Change(make: make, continuation: continuation), owner)
        }
        guard let value = value as? Value else { preconditionFailure("a change returns what it was made to return") }
        return value
    }

    /// Changes a record soon; repeated until it is written, or until `make` throws for the record as it is by then.
    func changeSoon(of owner: String, _ make: @escaping @Sendable (inout Record) throws -> Void) {
        enqueue(Change(make: { try make(&$0) }, continuation: nil), owner)
    }

    private func enqueue(_ change: Change, _ owner: String) {
        let isFirst = pending.withLock { pending in
            defer { pending[owner, default: []].append(change) }
            return pending[owner] == nil
        }
        guard isFirst, case .terminated = waker.yield(owner) else { return }
        abandon(owner)
    }

    /// Lets go of those who wait: nobody flushes any more.
    private func abandon(_ owner: String) {
        let changes = pending.withLock { $0.removeValue(forKey: owner) } ?? []
        for change in changes { change.continuation?.resume(throwing: CancellationError()) }
    }

    /// Writes changes until graceful shutdown, and then what is left, as long as the API server takes it: what is not
    /// written then, another gateway closes. To be shut down after everything that makes some.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await owner in wakes {
                    group.addTask { await self.flush(owner) }
                }
            }
        } onGracefulShutdown: {
            self.isStopping.store(true, ordering: .relaxed)
            self.waker.finish()
        }
    }

    // MARK: Writing

    private func flush(_ owner: String) async {
        var backoff = Labs.backoff
        while let changes = takeChanges(owner) {
            do throws(APIError) {
                try await write(changes, owner)
                backoff.reset()
            } catch {
                logger.recordNotWritten("\(Record.component) of \(owner)", error)
                for change in changes { change.continuation?.resume(throwing: error) }
                var unheard = changes.filter { $0.continuation == nil }[...]
                if error.code == .decoding { unheard = unheard.prefix(Self.maximumUnreadableCount) }
                pending.withLock { $0[owner]?.insert(contentsOf: unheard, at: 0) }
                guard !isStopping.load(ordering: .relaxed), (try? await Task.sleep(for: backoff.next())) != nil else {
                    return abandon(owner)
                }
            }
        }
    }

    private func takeChanges(_ owner: String) -> [Change]? {
        pending.withLock { pending in
            let changes = pending[owner] ?? []
            pending[owner] = changes.isEmpty ? nil : []
            return changes.isEmpty ? nil : changes
        }
    }

    /// Makes the changes and writes the record, again while somebody else was faster.
    private func write(_ changes: [Change], _ owner: String) async throws(APIError) {
        let deadline = ContinuousClock.now + Self.patience
        var backoff = Labs.backoff
        var race = Backoff(minimum: .milliseconds(5), maximum: .milliseconds(250))
        var (lease, isFresh) = (newestLease(owner), false)
        while true {
            do throws(APIError) {
                if try await write(changes, owner, onto: lease, isFresh: isFresh) { return }
                if isFresh { try? await Task.sleep(for: race.next()) }
                (lease, isFresh) = (try await read(owner), true)
            } catch  where error.isRetryable && ContinuousClock.now < deadline && !isStopping.load(ordering: .relaxed) {
                try? await Task.sleep(for: max(backoff.next(), error.retryAfter ?? .zero))
            }
            if Task.isCancelled {
                throw APIError(code: .cancelled, operation: "write leases", message: "the gateway is stopping")
            }
        }
    }

    /// - Returns: false if the record has to be read anew and the changes made again.
    private func write(
        _ changes: [Change], _ owner: String, onto lease: Lease?, isFresh: Bool
    ) async throws(APIError) -> Bool {
        let before = try lease.map(recordToChange) ?? Record()
        var record = before
        let results = changes.map { Self.apply($0, to: &record) }
        // Nobody is refused because of what may have changed since.
        guard isFresh || results.allSatisfy({ (try? $0.get()) != nil }) else { return false }
        if record != before {
            do throws(APIError) {
                try await put(record, owner, onto: lease)
            } catch  where error.isConflict || error.isAlreadyExists || error.isNotFound {
                return false
            }
        }
        for (change, result) in zip(changes, results) { change.continuation?.resume(with: result) }
        return true
    }

    /// A change that throws has changed nothing.
    private static func apply(_ change: Change, to record: inout Record) -> Result<any Sendable, any Error> {
        var changed = record
        do {
            let value = try change.make(&changed)
            record = changed
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    // MARK: The Lease

    /// The newest that is known without asking.
    private func newestLease(_ owner: String) -> Lease? {
        let name = names.name(of: owner)
        let cached = leases.object(named: name)
        return written.withLock { $0.newest(name, cached: cached) }
    }

    /// A record that cannot be read is of a version to come, or was damaged by hand: it must not be written over.
    private func recordToChange(_ lease: Lease) throws(APIError) -> Record {
        do {
            return try cache.record(of: lease)
        } catch {
            throw APIError(
                code: .decoding, operation: "read leases \(lease.metadata.name)",
                message: "the annotation \(Record.annotation) cannot be read: \(error)")
        }
    }

    private func read(_ owner: String) async throws(APIError) -> Lease? {
        do throws(APIError) {
            return try await client.get(.leases, named: names.name(of: owner), namespace: namespace)
        } catch  where error.isNotFound {
            return nil
        }
    }

    private func put(_ record: Record, _ owner: String, onto lease: Lease?) async throws(APIError) {
        let metadata = ObjectMeta(
            name: names.name(of: owner), namespace: namespace, resourceVersion: lease?.metadata.resourceVersion ?? "",
            labels: [
                "app.kubernetes.io/managed-by": "labgate", "app.kubernetes.io/component": Record.component,
                Record.ownerKey: LabName.labelValue(owner),
            ],
            annotations: [Record.ownerKey: owner, Record.annotation: record.text])
        let manifest = Lease(metadata: metadata).manifest
        let newest =
            lease == nil
            ? try await client.create(.leases, manifest, namespace: namespace)
            : try await client.replace(.leases, with: manifest, namespace: namespace)
        written.withLock { $0.note(newest) { leases.object(named: $0) } }
    }
}
