public import struct Foundation.Date
import GRDB

/// Records of one host in one SQLite file, which one process has at a time.
///
/// A record is changed by compare-and-swap. Nothing here blocks its caller once the file is open: SQLite works on a
/// thread of its own.
public final class RecordDatabase: Sendable {
    private let queue: DatabaseQueue
    /// Held for as long as the file is open.
    private let lock: FileLock

    /// Opens the file, and makes it if it is not there. Blocks while it is checked, which takes milliseconds.
    ///
    /// - Parameter path: Its folder must exist. SQLite's own `-wal` and `-shm` lie beside it, and a `.lock` that stays.
    /// - Throws: ``RecordDatabaseError``: `inUse` if another process has it, `damaged` if it is no database of ours; it
    ///   is left as it is then.
    public init(path: String) throws(RecordDatabaseError) {
        lock = try FileLock(path: "\(path).lock", protecting: path)
        try DatabaseFile.prepare(path)
        do {
            queue = try DatabaseFile.open(path)
        } catch let error as RecordDatabaseError {
            throw error
        } catch {
            throw RecordDatabaseError(error, "open", path)
        }
    }

    private var path: String { queue.path }
}

// MARK: - Records

extension RecordDatabase {
    /// All records.
    public func records() async throws(RecordDatabaseError) -> [DatabaseRecord] {
        try await perform("read all records") { db in
            try Row.fetchAll(db, sql: "SELECT kind, owner, text, version FROM record").map(DatabaseRecord.init)
        }
    }

    /// The record of this kind and owner; nil if there is none.
    public func record(kind: String, owner: String) async throws(RecordDatabaseError) -> DatabaseRecord? {
        try await perform("read the \(kind) of \(owner)") { db in
            try Row.fetchOne(
                db, sql: "SELECT kind, owner, text, version FROM record WHERE kind = ? AND owner = ?",
                arguments: [kind, owner]
            ).map(DatabaseRecord.init)
        }
    }

    /// Writes a record in place of the one of this version, or the first of its kind and owner.
    ///
    /// - Returns: Its version, unlike that of any other record there is or was.
    /// - Throws: ``RecordDatabaseError``: `conflict` if there is one of another version, or none where one is named.
    public func write(
        _ text: String, kind: String, owner: String, over version: Int64?
    ) async throws(RecordDatabaseError) -> Int64 {
        let operation = "write the \(kind) of \(owner)"
        return try await perform(operation) { db in
            let key: StatementArguments = [kind, owner]
            let present = try Int64.fetchOne(
                db, sql: "SELECT version FROM record WHERE kind = ? AND owner = ?", arguments: key)
            guard present == version else {
                throw RecordDatabaseError(.conflict, operation, "it is not as it was read")
            }
            try db.execute(sql: "DELETE FROM record WHERE kind = ? AND owner = ?", arguments: key)
            try db.execute(
                sql: "INSERT INTO record (kind, owner, text) VALUES (?, ?, ?)", arguments: key + [text])
            return db.lastInsertedRowID
        }
    }

    /// Removes a record, of whatever version; none is no error.
    public func remove(kind: String, owner: String) async throws(RecordDatabaseError) {
        try await perform("remove the \(kind) of \(owner)") { db in
            try db.execute(sql: "DELETE FROM record WHERE kind = ? AND owner = ?", arguments: [kind, owner])
        }
    }
}

// MARK: - Signs of life

extension RecordDatabase {
    /// When each gateway that has used the file was last known to live, by identity.
    public func signs() async throws(RecordDatabaseError) -> [String: Date] {
        try await perform("read signs of life") { db in
            let rows = try Row.fetchAll(db, sql: "SELECT identity, seconds FROM sign")
            return Dictionary(
                rows.map { ($0["identity"], Date(timeIntervalSince1970: $0["seconds"])) }, uniquingKeysWith: { $1 })
        }
    }

    /// Notes that a gateway lives.
    public func noteSign(of identity: String, at time: Date) async throws(RecordDatabaseError) {
        try await perform("note a sign of life") { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO sign (identity, seconds) VALUES (?, ?)",
                arguments: [identity, time.timeIntervalSince1970])
        }
    }

    /// Forgets a gateway.
    public func forgetSign(of identity: String) async throws(RecordDatabaseError) {
        try await perform("forget a sign of life") { db in
            try db.execute(sql: "DELETE FROM sign WHERE identity = ?", arguments: [identity])
        }
    }

    /// Runs a transaction.
    private func perform<Value: Sendable>(
        _ operation: String, _ transaction: @escaping @Sendable (Database) throws -> Value
    ) async throws(RecordDatabaseError) -> Value {
        do {
            return try await queue.write(transaction)
        } catch let error as RecordDatabaseError {
            throw error
        } catch {
            throw RecordDatabaseError(error, operation, path)
        }
    }
}

extension DatabaseRecord {
    fileprivate init(_ row: Row) {
        self.init(kind: row["kind"], owner: row["owner"], text: row["text"], version: row["version"])
    }
}
