/// The questions of one connection, answered by whoever runs the server. They may take as long as they need: nothing
/// else on the event loop waits for them.
public struct ConnectionHandlers: Sendable {
    /// What can a login with this user name begin with? Asked on the event loop, so the answer has to be at hand. What
    /// the server's configuration does not have is not offered.
    public var methods: @Sendable (_ user: String) -> AuthenticationMethods
    /// Is this request to be granted? Asked once per request, one at a time, until one with a proof is granted.
    /// A granted `publicKeyOffer` only invites the client to prove that it holds the key. What was granted in part
    /// counts for the same `beginning` only: another user name begins anew, and so does the first one after that.
    public var authenticate: @Sendable (AuthenticationRequest) async -> AuthenticationAnswer
    /// Runs one session channel from its request to its end. The channel closes when this returns; when the client
    /// closes it first, its `read` and `nextEvent` return nil and its `write` throws.
    public var serve: @Sendable (ClientChannel, SessionRequest) async -> ExitReport
    /// Connects a client to where it wants to go, and passes bytes on. Has to `accept` the request before it returns, or
    /// to throw; the channel closes when this returns.
    public var forward: @Sendable (ForwardingRequest) async throws(ForwardingRefusal) -> Void
    /// The connection is over, for the given reason; nothing is asked after that.
    public var closed: @Sendable (String) async -> Void

    /// Creates the handlers of one connection.
    public init(
        methods: @escaping @Sendable (_ user: String) -> AuthenticationMethods = { _ in [.publicKey, .password] },
        authenticate: @escaping @Sendable (AuthenticationRequest) async -> AuthenticationAnswer,
        serve: @escaping @Sendable (ClientChannel, SessionRequest) async -> ExitReport,
        forward: @escaping @Sendable (ForwardingRequest) async throws(ForwardingRefusal) -> Void,
        closed: @escaping @Sendable (String) async -> Void
    ) {
        self.methods = methods
        self.authenticate = authenticate
        self.serve = serve
        self.forward = forward
        self.closed = closed
    }
}
