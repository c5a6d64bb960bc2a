import CLibSSH
import Glibc

/// The server's identity: one key each of Ed25519, ECDSA P-256 and RSA, in OpenSSH's file names.
///
/// Made at the first start with mode 0600 and loaded from there ever after: clients remember a host by its key, so a
/// file that cannot be used is an error in words and never replaced.
public struct HostKeys: Sendable {
    /// RSA modulus of a new key, in bits: good until 2030 by NIST SP 800-57.
    static let rsaBits: CInt = 3072

    private struct Kind: Sendable {
        let name: String
        let type: ssh_keytypes_e
        let bits: CInt
        /// What the type of the public key (RFC 4253 §6.6) begins with.
        let prefix: String
    }

    private static let kinds = [
        Kind(name: "ed25519", type: SSH_KEYTYPE_ED25519, bits: 0, prefix: "ssh-ed25519"),
        Kind(name: "ecdsa", type: SSH_KEYTYPE_ECDSA_P256, bits: 256, prefix: "ecdsa-sha2-"),
        Kind(name: "rsa", type: SSH_KEYTYPE_RSA, bits: rsaBits, prefix: "ssh-rsa"),
    ]

    /// A private key in PEM, as read from its file.
    struct PrivateKey: Sendable {
        let path: String
        let pem: String
    }

    let keys: [PrivateKey]
    /// The public halves, one `authorized_keys`-style line each, for known_hosts.
    public let publicKeys: [String]

    /// Loads the keys of `directory`, making those that are not there yet.
    ///
    /// - Throws: `SSHServerError` naming the file: unreadable, not a key, or readable by others than its owner.
    public static func load(orMakeIn directory: String) throws(SSHServerError) -> HostKeys {
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw .system("host keys: cannot make the folder \(directory)", errno)
        }
        var keys: [PrivateKey] = []
        var publicKeys: [String] = []
        for kind in kinds {
            let path = "\(directory)/ssh_host_\(kind.name)_key"
            let isMissing = unsafe access(path, F_OK) != 0 && errno == ENOENT
            if isMissing {
                try write(try LibSSHKey(generating: kind.type, bits: kind.bits).privatePEM, to: path, mode: 0o600)
            }
            let key = PrivateKey(path: path, pem: try read(path))
            let publicKey = try LibSSHKey(importing: key).publicKey
            guard publicKey.hasPrefix(kind.prefix) else {
                throw SSHServerError("host keys: \(path) is not a key of type \(kind.name)")
            }
            if isMissing { try write(publicKey + "\n", to: path + ".pub", mode: 0o644) }
            keys.append(key)
            publicKeys.append(publicKey)
        }
        return HostKeys(keys: keys, publicKeys: publicKeys)
    }

    /// Writes a whole new file or none: a crash leaves no half key behind, and of two servers that make the keys of one
    /// folder at the same time, both end up with the first one's.
    private static func write(_ text: String, to path: String, mode: mode_t) throws(SSHServerError) {
        var template = Array("\(path).XXXXXX".utf8CString)
        let fd = unsafe mkstemp(&template)
        guard fd >= 0 else { throw .system("host keys: cannot write \(path)", errno) }
        defer { unsafe unlink(template) }
        let bytes = Array(text.utf8)
        let isWritten =
            unsafe Glibc.write(fd, bytes, bytes.count) == bytes.count && fchmod(fd, mode) == 0 && fsync(fd) == 0
        let failure = errno
        close(fd)
        guard isWritten else { throw .system("host keys: cannot write \(path)", failure) }
        guard unsafe link(template, path) == 0 || errno == EEXIST else {
            throw .system("host keys: cannot write \(path)", errno)
        }
    }

    private static func read(_ path: String) throws(SSHServerError) -> String {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw .system("host keys: cannot read \(path)", errno) }
        defer { close(fd) }
        var status = stat()
        guard unsafe fstat(fd, &status) == 0 else { throw .system("host keys: \(path)", errno) }
        try check(status, path)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard unsafe Glibc.read(fd, &bytes, bytes.count) == bytes.count else {
            throw .system("host keys: cannot read \(path)", errno)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A private key that others can read is no secret. The group may read it only where the group is labgate's own:
    /// that is how Kubernetes mounts a Secret for a non-root process.
    private static func check(_ status: stat, _ path: String) throws(SSHServerError) {
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size < 1 << 16 else {
            throw SSHServerError("host keys: \(path) is not a key file")
        }
        let isOwnGroup = status.st_gid == getegid() && status.st_uid != geteuid()
        let forbidden: mode_t = isOwnGroup ? 0o037 : 0o077
        guard status.st_mode & forbidden == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw SSHServerError("host keys: \(path) has mode 0\(mode), so others can read it: chmod 600 \(path)")
        }
    }
}
