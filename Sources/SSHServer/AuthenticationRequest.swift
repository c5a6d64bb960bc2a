/// One SSH_MSG_USERAUTH_REQUEST (RFC 4252 §5), or the user's answers to prompts. Its user name is what the client typed and proves nothing.
public struct AuthenticationRequest: Sendable {
    /// How the client wants to be authenticated.
    public enum Method: Sendable {
        /// RFC 4252 §5.2: asks which methods there are.
        case none
        /// RFC 4252 §8: the password's bytes, UTF-8 by the standard.
        case password([UInt8])
        /// RFC 4252 §7: would this key be accepted? Nothing is proven yet.
        case publicKeyOffer(PublicKey)
        /// RFC 4252 §7: the client has proven that it holds this key.
        case publicKey(PublicKey)
        /// RFC 4256 §3.1: would the server please ask the user? Nothing is proven yet.
        case keyboardInteractive
        /// RFC 4256 §3.4: what the user has typed, in the order of the prompts. There may be more or fewer than those.
        case answers([[UInt8]])
        /// A method, or a kind of key, that cannot be verified in full.
        case unsupported
    }

    /// The user name of the request.
    public let user: String
    /// The method, with its proof.
    public let method: Method
    /// How often the connection has begun to authenticate: another number than that of the request before means that
    /// nothing proven before counts any more (RFC 4252 §5), though the user name may be the same. Handlers do not get to
    /// see every request in between.
    public internal(set) var beginning = 0

    init(user: String, method: Method) {
        self.user = user
        self.method = method
    }
}
