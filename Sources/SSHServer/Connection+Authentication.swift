/// User authentication (RFC 4252): one request at a time, answered when the answer comes.
extension Connection {
    /// What is known of a client that is not authenticated.
    struct Login {
        /// Whether libssh has shown us a request: key exchange is over then.
        var hasBegun = false
        /// The user name of the last request; nil before the first.
        var user: String?
        /// How often it has begun, which it does with each user name that is another than the last.
        var beginning = 0
        /// The methods that can continue.
        var methods: AuthenticationMethods = []
        /// Whether the user is being asked something: only then answers may come.
        var isAsking = false
        /// What libssh had sent and received when the last request was dealt with.
        var sentPacketCount: UInt64 = 0
        var receivedPacketCount: UInt64 = 0
        var receivedByteCount: UInt64 = 0
        /// An answered request, by which libssh lets us refuse another that it has not shown. Never one with a
        /// password in it.
        var refusal: LibSSHMessage?

        /// Everything that `session` has received so far is dealt with.
        mutating func catchUp(with session: LibSSHSession) {
            hasBegun = true
            receivedPacketCount = session.receivedPacketCount
            receivedByteCount = session.receivedByteCount
            sentPacketCount = session.sentPacketCount
        }
    }

    /// A `publickey` request has at least this many bytes of payload: its fixed names, an algorithm and a key.
    /// SSH_MSG_IGNORE and its like, which clients send as keepalives while the user types, have less.
    private static let minimumPublicKeyRequestByteCount: UInt64 = 64

    func beginAuthentication(_ session: LibSSHSession) {
        phase = .authenticating
        session.setAuthenticationMethods(configuration.methods)
    }

    func handle(_ request: AuthenticationRequest, _ message: LibSSHMessage) {
        if case .password = request.method {} else { login.refusal = message }
        guard var request = place(request) else { return }
        request.beginning = login.beginning
        guard isOffered(request.method) else { return message.refuse() }
        phase = .answering(message)
        startups.noteQuestion(place)
        askToAuthenticate(request)
    }

    /// Gives answers the user name that was asked, and sees to it that another user name begins anew (RFC 4252 §5).
    ///
    /// - Returns: nil if the request ends the connection. libssh keeps answers that nothing was asked for and forgets
    ///   where, so that a client could fill the memory with them.
    private func place(_ request: AuthenticationRequest) -> AuthenticationRequest? {
        defer { login.isAsking = false }
        if case .answers = request.method {
            guard login.isAsking, let user = login.user else {
                close("answers have come to what nobody has asked")
                return nil
            }
            return AuthenticationRequest(user: user, method: request.method)
        }
        guard request.user != login.user else { return request }
        login.user = request.user
        login.beginning += 1
        goOn(with: firstMethods(of: request.user))
        return request
    }

    private func firstMethods(of user: String) -> AuthenticationMethods {
        let wanted = handlers.methods(user)
        var methods = wanted.intersection(configuration.methods)
        // It stands for a password here.
        if wanted.contains(.keyboardInteractive), methods.contains(.password) { methods.insert(.keyboardInteractive) }
        return methods
    }

    private func goOn(with methods: AuthenticationMethods) {
        login.methods = methods
        session?.setAuthenticationMethods(methods)
    }

    private func isOffered(_ method: AuthenticationRequest.Method) -> Bool {
        switch method {
        case .publicKey, .publicKeyOffer: login.methods.contains(.publicKey)
        case .password: login.methods.contains(.password)
        case .keyboardInteractive, .answers: login.methods.contains(.keyboardInteractive)
        case .none, .unsupported: false
        }
    }

    /// The handlers' answer is there. It is given exactly once: the request leaves `phase` with it.
    func answer(_ answer: AuthenticationAnswer, to request: AuthenticationRequest) {
        guard case .answering(let message) = phase else { return }
        phase = .authenticating
        startups.noteTurn(place)
        switch answer {
        case .granted: grant(request, by: message)
        case .refused: refuse(request, by: message)
        case .partial(let methods):
            goOn(with: methods)
            message.acceptAuthenticationInPart()
        case .ask(let prompts):
            login.isAsking = true
            message.ask(prompts)
        }
        if let session { login.catchUp(with: session) }
        settle()
    }

    private func grant(_ request: AuthenticationRequest, by message: LibSSHMessage) {
        if case .publicKeyOffer = request.method { return message.acceptPublicKeyOffer() }
        leaveStartup()
        phase = .open
        login = Login()
        message.acceptAuthentication()
    }

    private func refuse(_ request: AuthenticationRequest, by message: LibSSHMessage) {
        switch request.method {
        case .publicKeyOffer, .keyboardInteractive: message.refuse()
        case .none, .password, .publicKey, .answers, .unsupported: refuseProof(by: message)
        }
    }

    private func refuseProof(by message: LibSSHMessage) {
        failedTries += 1
        guard failedTries < configuration.maximumTries else { return close("too many authentication failures") }
        message.refuse()
    }

    /// Answers a request that libssh has dropped.
    ///
    /// libssh drops a request with a wrong signature, or with a kind of key or signature that it does not know, without
    /// a word to anyone: the client would wait for ever. Such a request shows as bytes that came in, of which neither a
    /// message nor an answer of libssh's own came out.
    func answerDroppedRequest(_ session: LibSSHSession) {
        let packetCount = session.receivedPacketCount - login.receivedPacketCount
        let byteCount = session.receivedByteCount - login.receivedByteCount
        let isAnswered = session.sentPacketCount != login.sentPacketCount
        guard login.hasBegun else { return }
        defer { login.catchUp(with: session) }
        guard packetCount > 0, byteCount / packetCount >= Self.minimumPublicKeyRequestByteCount, !isAnswered else {
            return
        }
        guard let refusal = login.refusal else {
            return close("the authentication request cannot be understood, or its signature is wrong")
        }
        refuseProof(by: refusal)
    }

    /// Ends a connection that has sent more than a login takes.
    func limitPackets(of session: LibSSHSession) {
        if session.receivedPacketCount > configuration.maximumPacketsBeforeAuthentication {
            close("too many packets before authentication")
        }
    }
}
