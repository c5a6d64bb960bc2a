/// A client's public key, in the two fields that `authorized_keys` has for it.
public struct PublicKey: Sendable, Hashable {
    /// Such as `ssh-ed25519`.
    public let type: String
    /// The key blob of RFC 4253 §6.6 in base64.
    public let base64: String
}
