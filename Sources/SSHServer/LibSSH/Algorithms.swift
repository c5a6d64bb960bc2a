/// The algorithms labgate speaks: those of the libssh in use that ssh-audit rates as good, best first.
///
/// Strict key exchange (the answer to CVE-2023-48795) is always on in these libssh versions and cannot be turned off.
/// Left out on purpose: NIST curves and finite-field groups for key exchange (the latter also cost a server 12 to 88 ms
/// of CPU per handshake, for the asking), CBC, SHA-1, and MACs that do not encrypt first.
enum Algorithms {
    /// Post-quantum hybrids first; libssh has them from 0.12 on, and older ones leave out the names they do not know.
    static let keyExchange =
        "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
        + "curve25519-sha256,curve25519-sha256@libssh.org"

    static let ciphers =
        "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"
    static let macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"
    static let hostKeys = "ssh-ed25519,rsa-sha2-512,rsa-sha2-256"
    /// Signatures that users may prove their keys with. Without a list libssh takes RSA with SHA-1, too.
    static let userKeys =
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"
}
