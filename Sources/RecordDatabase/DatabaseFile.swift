import Glibc
import GRDB

/// The database's file: what is in it, and who may read it.
enum DatabaseFile {
    /// `labg`, as SQLite's header has it, so that nobody else's database is taken for ours.
    private static let applicationID: Int32 = 0x6C61_6267

    /// Makes the file if it is not there; nobody but its owner may read it, nor the files that SQLite puts beside it, which
    /// take over its mode.
    static func prepare(_ path: String) throws(RecordDatabaseError) {
        let descriptor = openFile(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else {
            let words = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw RecordDatabaseError(.inaccessible, "open \(path)", words)
        }
        close(descriptor)
    }

    /// Opens a file that is there, checks it, and brings its tables up to date.
    static func open(_ path: String) throws -> DatabaseQueue {
        // Read before anything is written: a file that is none of ours stays as it is.
        var configuration = Configuration()
        configuration.readonly = true
        try DatabaseQueue(path: path, configuration: configuration).read { try check($0, path) }

        configuration = Configuration()
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        // GRDB's own choice for the journal would let a power cut take away what was written since the last checkpoint,
        // on a quiet host the codes and budgets of hours.
        try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try migrator.migrate(queue)
        return queue
    }

    private static func check(_ db: Database, _ path: String) throws {
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0 > 0 else { return }
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw RecordDatabaseError(.damaged, "open \(path)", "it is the database of another program; name another")
        }
        if try migrator.hasBeenSuperseded(db) {
            throw RecordDatabaseError(
                .tooNew, "open \(path)", "a later labgate has made it; use that one, or a backup from before")
        }
        let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
        guard findings == ["ok"] else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: findings.first) }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("records") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            // A number that was given once is never given again, also after its record has gone.
            try db.execute(
                sql: """
                    CREATE TABLE record (
                        version INTEGER PRIMARY KEY AUTOINCREMENT,
                        kind TEXT NOT NULL, owner TEXT NOT NULL, text TEXT NOT NULL,
                        UNIQUE (kind, owner)
                    ) STRICT;
                    CREATE TABLE sign (identity TEXT PRIMARY KEY NOT NULL, seconds REAL NOT NULL) STRICT;
                    """)
        }
        return migrator
    }
}
