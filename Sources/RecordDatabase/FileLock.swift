import Glibc

/// A file that one process has, until it lets go or ends, however that happens.
///
/// A file of its own: SQLite's locks on the database would be lost with the first descriptor of it that is closed.
final class FileLock: Sendable {
    private let descriptor: CInt

    /// - Parameter database: what it is about, for the error's words.
    /// - Throws: ``RecordDatabaseError``, `inUse` if somebody has it.
    init(path: String, protecting database: String) throws(RecordDatabaseError) {
        descriptor = openFile(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw RecordDatabaseError(.inaccessible, "open \(path)", String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw RecordDatabaseError(.inaccessible, "lock \(path)", String(cString: strerror(code)))
            }
            throw RecordDatabaseError(
                .inUse, "open \(database)",
                "another labgate uses it; end that one, or name another database in this one's configuration")
        }
    }

    deinit {
        close(descriptor)
    }
}
