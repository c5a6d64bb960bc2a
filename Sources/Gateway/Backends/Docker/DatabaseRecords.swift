import Classroom
import Logging
import RecordDatabase
import ServiceLifecycle
import Synchronization

/// Records in the database of one host, and in memory: this gateway is the only one that has the database.
///
/// Where the database cannot be written, as with a full disk, the records in memory go on: limits stay exact and students
/// get in, and what was not saved is saved as soon as that is possible. Only what was not saved when the gateway ends is
/// lost.
final class DatabaseRecords: UsageStore, Service {
    private struct Entry: Hashable {
        var text: String
        /// The version that the database has; nil if it has none.
        var saved: Int64?
        /// Counts the changes since then that are not in the database; 0 if it is up to date.
        var unsaved: UInt64 = 0

        var version: String { unsaved == 0 ? "\(saved ?? 0)" : "\(saved ?? 0)+\(unsaved)" }
    }

    private struct State {
        var entries: [RecordKey: Entry] = [:]
        var subscribers: [RecordKey: [UInt64: AsyncStream<StoredRecord?>.Continuation]] = [:]
        var lastSubscriber: UInt64 = 0
        /// Whether the last try to write failed.
        var isFailing = false

        func stored(_ key: RecordKey) -> StoredRecord? {
            entries[key].map { StoredRecord(key: key, text: $0.text, version: $0.version) }
        }

        // Within the lock, so that no subscriber gets an older state after a newer one.
        func publish(_ key: RecordKey) {
            for subscriber in subscribers[key, default: [:]].values { subscriber.yield(stored(key)) }
        }
    }

    /// nil where nothing is to be kept.
    private let database: RecordDatabase?
    private let logger: Logger
    private let state: Mutex<State>

    /// How often it is tried to save what could not be saved.
    private static let saveInterval: Duration = .seconds(5)

    /// - Parameter database: nil for records in memory alone.
    /// - Throws: `RecordDatabaseError` if what there is cannot be read.
    init(_ database: RecordDatabase?, logger: Logger) async throws {
        self.database = database
        self.logger = logger
        let entries = try await (database?.records() ?? []).compactMap { record in
            Self.kinds[record.kind].map {
                (RecordKey(kind: $0, owner: record.owner), Entry(text: record.text, saved: record.version))
            }
        }
        state = Mutex(State(entries: Dictionary(entries, uniquingKeysWith: { $1 })))
    }

    private static let kinds = Dictionary(
        [Ledger.kind, WaitingRoom.kind, ContainerNote.kind].map { ($0.name, $0) }, uniquingKeysWith: { $1 })

    // MARK: Reading

    let isSynced = true

    func record(_ key: RecordKey) -> StoredRecord? { state.withLock { $0.stored(key) } }

    func records(_ kind: RecordKind) -> [StoredRecord] {
        state.withLock { state in state.entries.keys.filter { $0.kind == kind }.compactMap { state.stored($0) } }
    }

    func updates(of key: RecordKey) -> any AsyncSequence<StoredRecord?, Never> & Sendable {
        let (stream, continuation) = AsyncStream<StoredRecord?>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.lastSubscriber += 1
            state.subscribers[key, default: [:]][state.lastSubscriber] = continuation
            continuation.yield(state.stored(key))
            return state.lastSubscriber
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id, key) }
        return stream
    }

    private func unsubscribe(_ id: UInt64, _ key: RecordKey) {
        // The continuation is let go outside of the lock.
        _ = state.withLock { state -> AsyncStream<StoredRecord?>.Continuation? in
            let continuation = state.subscribers[key]?.removeValue(forKey: id)
            if state.subscribers[key]?.isEmpty == true { state.subscribers[key] = nil }
            return continuation
        }
    }

    /// What is in memory is never older than what is in the database.
    func read(_ key: RecordKey) async throws(BackendError) -> StoredRecord? { record(key) }

    // MARK: Writing

    func write(_ text: String, _ key: RecordKey, over old: StoredRecord?) async throws(BackendError) {
        let entry = try state.withLock { state throws(BackendError) in try Self.check(key, old, state) }
        guard let database else { return try replace(key, old, Entry(text: text, saved: (entry?.saved ?? 0) + 1)) }
        do throws(RecordDatabaseError) {
            let version = try await database.write(
                text, kind: key.kind.name, owner: key.owner, over: entry?.saved)
            state.withLock { state in
                // A later one may have been heard of before.
                guard version > state.entries[key]?.saved ?? 0 else { return }
                state.entries[key] = Entry(text: text, saved: version)
                state.publish(key)
            }
        } catch {
            switch error.code {
            case .conflict:
                await catchUp(key, database)
                throw BackendError(.conflict, operation: error.operation, message: error.message)
            case .cancelled:
                throw BackendError(.cancelled, operation: error.operation, message: error.message)
            case .inUse, .damaged, .tooNew, .full, .inaccessible:
                noteFailure(error)
                try replace(key, old, Entry(text: text, saved: entry?.saved, unsaved: (entry?.unsaved ?? 0) + 1))
            }
        }
    }

    /// Removes a record, whatever it says.
    func remove(_ key: RecordKey) async {
        state.withLock { state in
            state.entries[key] = nil
            state.publish(key)
        }
        // One that is left in the database is of no harm.
        try? await database?.remove(kind: key.kind.name, owner: key.owner)
    }

    /// Changes a record in memory, if it still is as it was read.
    private func replace(_ key: RecordKey, _ old: StoredRecord?, _ entry: Entry) throws(BackendError) {
        try state.withLock { state throws(BackendError) in
            _ = try Self.check(key, old, state)
            state.entries[key] = entry
            state.publish(key)
        }
    }

    private static func check(_ key: RecordKey, _ old: StoredRecord?, _ state: State) throws(BackendError) -> Entry? {
        let entry = state.entries[key]
        guard entry?.version != old?.version else { return entry }
        throw BackendError(
            old == nil ? .alreadyExists : entry == nil ? .notFound : .conflict,
            operation: "write the \(key.kind.name) of \(key.owner)", message: "it is not as it was read")
    }

    // MARK: Saving

    /// Saves what could not be saved, until graceful shutdown, and then once more.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.saveInterval)) != nil { await self.save() }
        }
        await save()
    }

    /// Saves what the disk has room for by now.
    func save() async {
        guard let database else { return }
        let unsaved = state.withLock { state in state.entries.filter { $0.value.unsaved > 0 } }
        for (key, entry) in unsaved {
            do throws(RecordDatabaseError) {
                let version = try await database.write(
                    entry.text, kind: key.kind.name, owner: key.owner, over: entry.saved)
                noteSaved(key, entry, version)
            } catch {
                if error.code == .cancelled { return }
                if error.code == .conflict { await catchUp(key, database) } else { return noteFailure(error) }
            }
        }
        noteSuccess()
    }

    private func noteSaved(_ key: RecordKey, _ saved: Entry, _ version: Int64) {
        state.withLock { state in
            guard var entry = state.entries[key] else { return }
            // What was written meanwhile is still to be saved.
            entry.unsaved = entry.unsaved == saved.unsaved ? 0 : entry.unsaved
            entry.saved = version
            state.entries[key] = entry
            state.publish(key)
        }
    }

    /// After a write of which is not known yet that it has succeeded. What is to be saved yet is the newer.
    private func catchUp(_ key: RecordKey, _ database: RecordDatabase) async {
        guard let record = try? await database.record(kind: key.kind.name, owner: key.owner) else { return }
        state.withLock { state in
            guard var entry = state.entries[key], entry.saved != record.version else { return }
            if entry.unsaved == 0 { entry.text = record.text }
            entry.unsaved += entry.text == record.text ? 0 : 1
            entry.saved = record.version
            state.entries[key] = entry
            state.publish(key)
        }
    }

    private func noteFailure(_ error: RecordDatabaseError) {
        let isNews = state.withLock { state in !exchange(&state.isFailing, with: true) }
        guard isNews else { return }
        logger.error(
            "Usage cannot be saved; it is kept in memory, and saved as soon as that is possible",
            metadata: ["error": "\(error)"])
    }

    private func noteSuccess() {
        if state.withLock({ exchange(&$0.isFailing, with: false) }) { logger.notice("Usage is saved again") }
    }
}
