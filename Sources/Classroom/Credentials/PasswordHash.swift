/// What is kept of a password: enough to check one, not to know it.
///
/// Two families: scrypt in the PHC string format, which ``make(password:)`` makes, and those of crypt(3), so that the
/// entries of an `/etc/shadow` can be taken over. Their cost is bounded when they are read: a roster cannot make one
/// login take gigabytes or minutes.
public struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
    /// Longest password that is looked at, in bytes; longer ones are wrong.
    public static let maximumPasswordByteCount = 1024

    private enum Kind: Hashable, Sendable {
        case scrypt(ScryptHash)
        case crypt(CryptHash)
    }

    private let kind: Kind

    /// Reads a hash as it stands in a document.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidPasswordHash` if it is of a kind that is not accepted, damaged or
    ///   too costly. The message never repeats the hash.
    public static func parse(_ text: String) throws(ClassroomError) -> PasswordHash {
        if text.hasPrefix(ScryptHash.prefix) {
            return PasswordHash(kind: .scrypt(try ScryptHash(text)))
        }
        return PasswordHash(kind: .crypt(try CryptHash(text)))
    }

    /// Hashes a new password with scrypt, N = 2¹⁵, r = 8, p = 1, and 16 bytes of random salt.
    ///
    /// Takes about a tenth of a second and 32 MiB.
    ///
    /// - Throws: ``ClassroomError`` with code `passwordNotHashed` if the password is empty, too long or has a NUL.
    public static func make(password: String) throws(ClassroomError) -> PasswordHash {
        let bytes = Array(password.utf8)
        guard isPlausible(bytes) else {
            let message = "a password must be 1 to \(maximumPasswordByteCount) bytes without NUL"
            throw ClassroomError(.passwordNotHashed, message)
        }
        return PasswordHash(kind: .scrypt(try ScryptHash(password: bytes)))
    }

    /// A hash that no password is known for, at the default cost; what a login of nobody is checked against.
    public static let decoy = PasswordHash(kind: .scrypt(.decoy))

    /// The hash as it is to be written into a document.
    public var text: String {
        switch kind {
        case .scrypt(let hash): hash.text
        case .crypt(let hash): hash.text
        }
    }

    /// The kind and the cost, but neither salt nor hash: hashes that are alike in this take the same time to check.
    public var description: String {
        switch kind {
        case .scrypt(let hash): hash.costDescription
        case .crypt(let hash): hash.costDescription
        }
    }

    /// Whether this is the password. Takes the hash's full time and memory, on the calling thread; see
    /// ``PasswordVerifier``.
    ///
    /// Empty passwords, longer ones than ``maximumPasswordByteCount`` and ones with a NUL are wrong at once.
    public func verify(password: [UInt8]) -> Bool {
        guard Self.isPlausible(password) else { return false }
        return switch kind {
        case .scrypt(let hash): hash.verify(password: password)
        case .crypt(let hash): hash.verify(password: password)
        }
    }

    /// Whether this is the password; see ``verify(password:)-([UInt8])``.
    public func verify(password: String) -> Bool {
        verify(password: Array(password.utf8))
    }

    /// Whether anybody could have this password.
    static func isPlausible(_ password: [UInt8]) -> Bool {
        (1...maximumPasswordByteCount).contains(password.count) && !password.contains(0)
    }
}
