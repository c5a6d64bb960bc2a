import Glibc

/// Why the server cannot start or go on; faults of one connection end that connection and are not thrown.
public struct SSHServerError: Error, CustomStringConvertible {
    /// What failed, and where.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A system call's failure: what was attempted, and `errno`.
    static func system(_ attempt: String, _ code: CInt) -> SSHServerError {
        SSHServerError("\(attempt): \(unsafe String(cString: strerror(code)))")
    }
}
