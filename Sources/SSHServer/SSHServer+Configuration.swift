extension SSHServer {
    /// Where a server listens and what it allows. Every bound has its unit and its reason.
    public struct Configuration: Sendable {
        /// Address to listen on; empty for every address of the machine, IPv4 and IPv6.
        public var host: String
        /// TCP port; 0 lets the kernel choose.
        public var port: Int
        /// The server's identity.
        public var hostKeys: HostKeys
        /// The methods that logins can begin with; no other is ever granted. `keyboard-interactive` is offered to those
        /// whom `ConnectionHandlers.methods` names: to begin with only where passwords are, and to go on with everywhere.
        public var methods: AuthenticationMethods = [.publicKey, .password]
        /// From TCP connect to authentication (OpenSSH's LoginGraceTime): time to compare a fingerprint and to type.
        public var loginGraceTime: Duration = .seconds(120)
        /// Failed proofs until the connection is closed (OpenSSH's MaxAuthTries). Keys that are merely offered are not
        /// proofs: a well-filled agent does not use the tries up.
        public var maximumTries = 6
        /// SSH packets until authentication, key exchange included: bounds offers, and what libssh drops unseen.
        public var maximumPacketsBeforeAuthentication: UInt64 = 128
        /// Connections that are not authenticated yet, over all addresses (OpenSSH's MaxStartups): a class of 300
        /// behind one address fits, a flood costs at most this many sockets and 50 KiB each. When there are as many, those
        /// that dawdle make room for others.
        public var maximumUnauthenticatedConnections = 512
        /// Session channels open at once on one connection (OpenSSH's MaxSessions is 10).
        public var maximumChannels = 32
        /// Forwarded channels open at once on one connection: a browser behind `ssh -D` opens dozens.
        public var maximumForwardedChannels = 256
        /// Silence until the peer is asked for a sign of life (OpenSSH's ClientAliveInterval).
        public var keepaliveInterval: Duration = .seconds(30)
        /// Unanswered questions until the peer counts as gone (OpenSSH's ClientAliveCountMax).
        public var keepaliveCountMaximum = 3
        /// Payload after which keys are exchanged anew; 1 GiB as RFC 4253 §9 recommends.
        public var rekeyAfterByteCount: UInt64 = 1 << 30
        /// Age of keys at which they are exchanged anew, looked at when a packet passes; RFC 4253 §9 recommends 1 h.
        public var rekeyAfter: Duration = .seconds(3600)
        /// Event loop threads; 0 for one per core.
        public var eventLoopCount = 0

        /// A configuration with the defaults above.
        public init(host: String, port: Int, hostKeys: HostKeys) {
            self.host = host
            self.port = port
            self.hostKeys = hostKeys
        }
    }
}
