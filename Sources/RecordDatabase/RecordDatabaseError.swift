import GRDB

/// Why the database did not do what was asked.
public struct RecordDatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// Another process has the file.
        case inUse
        /// It is no database, or one that is damaged, or somebody else's.
        case damaged
        /// A later labgate has made it.
        case tooNew
        /// There is no room on its disk.
        case full
        /// It cannot be read or written; the message says why.
        case inaccessible
        /// A record is not as it was read.
        case conflict
        /// The asking task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was asked, such as `write the ledger of edu01`.
    public let operation: String
    /// What is the matter, and what to do about it.
    public let message: String

    /// What was asked and why it failed, in one line.
    public var description: String { "\(operation): \(message)" }

    init(_ code: Code, _ operation: String, _ message: String) {
        self.code = code
        self.operation = operation
        self.message = message
    }

    /// - Parameter path: The database's.
    init(_ error: any Error, _ operation: String, _ path: String) {
        guard let error = error as? DatabaseError else {
            let isCancelled = error is CancellationError
            self.init(isCancelled ? .cancelled : .inaccessible, operation, isCancelled ? "cancelled" : "\(error)")
            return
        }
        let words = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.full, operation, "there is no room on the disk of \(path)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .damaged, operation,
                "\(path) is damaged or no database (\(words)); it was left as it is: move it away, or put a backup in "
                    + "its place")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.inUse, operation, "another program uses \(path)")
        default:
            self.init(.inaccessible, operation, "\(path) cannot be used (\(words))")
        }
    }
}
