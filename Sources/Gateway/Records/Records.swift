import Logging
import ServiceLifecycle
import Synchronization
import Upstream

/// Records that all gateways share, one for each student or course.
///
/// A record is changed by compare-and-swap: whoever read an older one is told so by the store, reads again and decides
/// again. Changes that wait for the same record are made together, in the order in which
/// they came, so that a student's fifty logins at once are not fifty rounds of a race.
final class Records<Value: Record>: Service {
    /// A change, and who waits for it.
    private struct Change: Sendable {
        /// Makes the change; throws to leave the record alone.
        let make: @Sendable (inout Value) throws -> any Sendable
        /// nil if nobody waits: then it is repeated until it is written.
        let continuation: CheckedContinuation<any Sendable, any Error>?
    }

    private let store: any UsageStore
    private let logger: Logger
    /// What waits to be written, by owner. An owner is a key while a flush is on its way.
    private let pending = Mutex<[String: [Change]]>([:])
    private let cache = RecordCache<Value>()
    /// Owners whose changes are to be flushed: each at most once.
    private let wakes: AsyncStream<String>
    private let waker: AsyncStream<String>.Continuation
    /// Whether a store that is away is not waited for any more.
    private let isStopping = Atomic(false)

    /// How long somebody who waits for a change is left to wait for the store.
    private static var patience: Duration { .seconds(60) }
    /// Changes that nobody waits for, and that are kept for a record that cannot be read until somebody mends it. Those of
    /// what was open when it was damaged come first; what comes later has mostly been refused.
    private static var maximumUnreadableCount: Int { 1000 }

    init(_ store: any UsageStore, logger: Logger) {
        self.store = store
        self.logger = logger
        (wakes, waker) = AsyncStream.makeStream()
    }

    // MARK: Reading

    /// The owner's record as last seen.
    func record(of owner: String) -> Value {
        store.record(Self.key(owner)).flatMap { try? cache.value(of: $0) } ?? Value()
    }

    /// Whether the owner has a record that cannot be read: it is of a version to come, or was damaged by hand.
    func isUnreadable(_ owner: String) -> Bool {
        guard let record = store.record(Self.key(owner)) else { return false }
        return (try? cache.value(of: record)) == nil
    }

    /// All records that can be read as last seen, by owner.
    var all: [String: Value] {
        let stored = store.records(Value.kind)
        cache.trim(to: stored)
        let values = stored.compactMap { record in
            (try? cache.value(of: record)).map { (record.key.owner, $0) }
        }
        return Dictionary(values, uniquingKeysWith: { $1 })
    }

    /// The version of each record as last seen, by owner: tells what has changed without reading any.
    var versions: [String: String] {
        Dictionary(store.records(Value.kind).map { ($0.key.owner, $0.version) }, uniquingKeysWith: { $1 })
    }

    /// The owner's record, now and after each change; a slow reader gets the latest.
    func updates(of owner: String) -> some AsyncSequence<Value, Never> & Sendable {
        RecordUpdates(store.updates(of: Self.key(owner)), cache)
    }

    private static func key(_ owner: String) -> RecordKey { RecordKey(kind: Value.kind, owner: owner) }

    // MARK: Changing

    /// Changes a record.
    ///
    /// - Parameter make: may be called several times, each time with the record as it is by then.
    /// - Returns: what `make` returned the last time.
    /// - Throws: what `make` threw, or `BackendError` if the store could not be reached for too long.
    func change<Result: Sendable>(
        of owner: String, _ make: @escaping @Sendable (inout Value) throws -> Result
    ) async throws -> Result {
        let value = try await withCheckedThrowingContinuation { continuation in
            enqueue(Change(make: make, continuation: continuation), owner)
        }
        guard let value = value as? Result else { preconditionFailure("a change returns what it was made to return") }
        return value
    }

    /// Changes a record soon; repeated until it is written, or until `make` throws for the record as it is by then.
    func changeSoon(of owner: String, _ make: @escaping @Sendable (inout Value) throws -> Void) {
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

    /// Writes changes until graceful shutdown, and then what is left, as long as the store takes it: what is not
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
            do throws(BackendError) {
                try await write(changes, owner)
                backoff.reset()
            } catch {
                logger.recordNotWritten("\(Value.kind.name) of \(owner)", error)
                for change in changes { change.continuation?.resume(throwing: error) }
                var unheard = changes.filter { $0.continuation == nil }[...]
                if error.code == .unreadable { unheard = unheard.prefix(Self.maximumUnreadableCount) }
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
    private func write(_ changes: [Change], _ owner: String) async throws(BackendError) {
        let deadline = ContinuousClock.now + Self.patience
        var backoff = Labs.backoff
        var race = Backoff(minimum: .milliseconds(5), maximum: .milliseconds(250))
        let key = Self.key(owner)
        var (stored, isFresh) = (store.record(key), false)
        while true {
            do throws(BackendError) {
                if try await write(changes, key, onto: stored, isFresh: isFresh) { return }
                if isFresh { try? await Task.sleep(for: race.next()) }
                (stored, isFresh) = (try await store.read(key), true)
            } catch  where error.isRetryable && ContinuousClock.now < deadline && !isStopping.load(ordering: .relaxed) {
                try? await Task.sleep(for: max(backoff.next(), error.retryAfter ?? .zero))
            }
            if Task.isCancelled {
                throw BackendError(
                    .cancelled, operation: "write \(Value.kind.name)", message: "the gateway is stopping")
            }
        }
    }

    /// - Returns: false if the record has to be read anew and the changes made again.
    private func write(
        _ changes: [Change], _ key: RecordKey, onto stored: StoredRecord?, isFresh: Bool
    ) async throws(BackendError) -> Bool {
        let before = try stored.map(valueToChange) ?? Value()
        var record = before
        let results = changes.map { Self.apply($0, to: &record) }
        // Nobody is refused because of what may have changed since.
        guard isFresh || results.allSatisfy({ (try? $0.get()) != nil }) else { return false }
        if record != before {
            do throws(BackendError) {
                try await store.write(record.text, key, over: stored)
            } catch  where [.conflict, .alreadyExists, .notFound].contains(error.code) {
                return false
            }
        }
        for (change, result) in zip(changes, results) { change.continuation?.resume(with: result) }
        return true
    }

    /// A change that throws has changed nothing.
    private static func apply(_ change: Change, to record: inout Value) -> Result<any Sendable, any Error> {
        var changed = record
        do {
            let value = try change.make(&changed)
            record = changed
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    /// A record that cannot be read is of a version to come, or was damaged by hand: it must not be written over.
    private func valueToChange(_ stored: StoredRecord) throws(BackendError) -> Value {
        do {
            return try cache.value(of: stored)
        } catch {
            throw BackendError(
                .unreadable, operation: "read the \(Value.kind.name) of \(stored.key.owner)",
                message: "what is stored cannot be read: \(error)")
        }
    }
}
