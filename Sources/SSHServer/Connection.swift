import Glibc

/// One client: an SSH transport (RFC 4253), the authentication on it (RFC 4252) and its channels (RFC 4254).
///
/// Concurrency model
/// - The actor runs on its event loop's thread. `ready` comes from the loop, everything else from tasks that prefer
///   the same thread, so no call on the byte path changes threads.
/// - libssh processes input inside almost every call. Its callbacks only take notes; `settle` acts on them, and is
///   called after whatever may have processed input.
/// - `run` owns all tasks of the connection. The tasks that serve channels outlive the socket: they still have to see
///   to what runs in the lab.
actor Connection {
    nonisolated let info: ConnectionInfo
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    enum Phase {
        /// The first key exchange (RFC 4253 §7).
        case exchangingKeys
        /// Waiting for an authentication request.
        case authenticating
        /// Waiting for the answer to one. The socket is not read meanwhile, so that requests cannot pile up.
        case answering(LibSSHMessage)
        /// Authenticated.
        case open
        case closed(reason: String)
    }

    /// What the connection asks its handlers.
    private enum Question {
        case authenticate(AuthenticationRequest)
        case serve(ClientChannel, SessionRequest)
        case forward(ForwardingRequest)
    }

    /// Requests handled before the other connections of the loop have their turn. More than one read of libssh can
    /// bring (4 KiB of packets of at least 32 bytes), so that its list of requests cannot grow from turn to turn.
    private static let maximumRequestsPerTurn = 256

    let configuration: SSHServer.Configuration
    let handlers: ConnectionHandlers
    let startups: StartupLimit
    /// Its place among those that are not authenticated.
    let place: StartupLimit.Place
    private let questions: AsyncStream<Question>
    private let asker: AsyncStream<Question>.Continuation

    var phase = Phase.exchangingKeys
    /// nil before `run` and after `close`.
    var session: LibSSHSession?
    private var interest: EventLoop.Interest = .read

    private var handledPacketCount: UInt64 = 0
    /// Packets without data that have come since one was sent last, and how many had been sent then.
    private var unanswered = (requestCount: UInt64(0), sentPacketCount: UInt64(0))
    /// Whether libssh's list may hold requests that were not taken yet.
    private var mayHaveRequests = false
    private var isSettlingSoon = false

    var failedTries = 0
    var login = Login()
    var silence = Silence()

    var channels: [Channel] = []
    /// Forwardings that were asked for and not answered yet.
    var forwardings: [Int: PendingForwarding] = [:]
    var nextChannelID = 1
    var nextTicket: UInt64 = 0
    /// The channel that sent last, so that the others have their turn first.
    var lastSender = 0
    /// What readers and writers did without waiting, in bytes, since they last made way for others.
    var unyieldedByteCount = 0
    /// Set while draining: the reason to give when the last channel has gone.
    private var closesWhenIdle: String?

    init(
        info: ConnectionInfo, loop: EventLoop, configuration: SSHServer.Configuration,
        handlers: ConnectionHandlers, startups: StartupLimit, place: StartupLimit.Place
    ) {
        self.info = info
        self.loop = loop
        self.configuration = configuration
        self.handlers = handlers
        self.startups = startups
        self.place = place
        // One authentication at a time, and one question per channel.
        (questions, asker) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(
                configuration.maximumChannels + configuration.maximumForwardedChannels + 1))
    }

    // MARK: Life

    /// Serves the client on `socket`, which the connection closes, until it is gone and its channels' tasks have ended.
    ///
    /// - Parameter farewell: the reason to give at once, if the server drains already.
    func run(socket: CInt, bind: LibSSHBind, farewell: String?) async {
        start(socket, bind)
        if let farewell { close(farewell) }
        await withDiscardingTaskGroup { sessions in
            await withDiscardingTaskGroup { others in
                others.addTask(executorPreference: loop) { await self.watch() }
                for await question in questions {
                    switch question {
                    case .authenticate(let request):
                        others.addTask(executorPreference: self.loop) { await self.authenticate(request) }
                    case .serve(let channel, let request):
                        sessions.addTask(executorPreference: self.loop) { await self.serve(channel, request) }
                    case .forward(let request):
                        sessions.addTask(executorPreference: self.loop) { await self.forward(request) }
                    }
                }
                // Nobody waits any more for a timer, or for an answer to a login.
                others.cancelAll()
            }
            close("the server was stopped")
        }
        if case .closed(let reason) = phase { await handlers.closed(reason) }
    }

    private func start(_ socket: CInt, _ bind: LibSSHBind) {
        session = LibSSHSession(
            socket: socket, bind: bind, rekeyAfterByteCount: configuration.rekeyAfterByteCount,
            rekeyAfterSeconds: UInt32(configuration.rekeyAfter.components.seconds))
        guard let session else { return close("libssh could not take the socket over") }
        startups.begin(place) { [weak self, loop] in
            loop.execute { [weak self] in
                self?.assumeIsolated { $0.turnOut() }
            }
        }
        loop.register(session.fd, interest: interest) { self.assumeIsolated { $0.ready() } }
        updateInterest()
    }

    /// Makes room for others, unless the login has come to its end meanwhile.
    private func turnOut() {
        if case .open = phase { return }
        close("this login takes too long, and others wait for its place")
    }

    private func authenticate(_ request: AuthenticationRequest) async {
        answer(await handlers.authenticate(request), to: request)
    }

    private func serve(_ channel: ClientChannel, _ request: SessionRequest) async {
        finish(channel.id, with: await handlers.serve(channel, request))
    }

    private func forward(_ request: ForwardingRequest) async {
        do throws(ForwardingRefusal) {
            try await handlers.forward(request)
            finishForwarding(request.id)
        } catch {
            finishForwarding(request.id, because: error.reason)
        }
    }

    /// Ends the connection: the client reads `reason`, everyone who waits for a channel is let go.
    func close(_ reason: String) {
        if case .closed = phase { return }
        leaveStartup()
        phase = .closed(reason: reason)
        login = Login()
        for channel in channels {
            channel.abandon()
            channel.ssh.leaveToSession()
        }
        // Channels before the session that they live in, and the socket out of epoll before it is closed.
        channels = []
        for forwarding in forwardings.values { forwarding.watcher?.resume(returning: true) }
        forwardings = [:]
        if let session {
            loop.unregister(session.fd)
            session.setDisconnectMessage(reason)
        }
        session = nil
        asker.finish()
    }

    /// Ends the connection once it has no channel.
    func closeWhenIdle(_ reason: String) {
        closesWhenIdle = reason
        closeIfIdle()
    }

    func closeIfIdle() {
        if let reason = closesWhenIdle, channels.isEmpty, forwardings.isEmpty { close(reason) }
    }

    /// Counts the connection out of those that are not authenticated, once.
    func leaveStartup() {
        switch phase {
        case .exchangingKeys, .authenticating, .answering: startups.leave(place)
        case .open, .closed: break
        }
    }

    // MARK: The socket

    /// The socket is ready: lets libssh read and write, then acts on what came.
    private func ready() {
        guard let session else { return }
        switch phase {
        case .exchangingKeys:
            switch session.exchangeKeys() {
            case .incomplete:
                limitPackets(of: session)
                return updateInterest()
            case .complete:
                startups.noteTurn(place)
                beginAuthentication(session)
            case .failed:
                return close("the key exchange failed")
            }
        case .answering where interest.isEmpty:
            // Nothing is waited for, so it is an error or a hang-up.
            return close("the client has gone")
        case .authenticating, .answering, .open:
            guard session.poll() else { return close("the client has gone") }
        case .closed:
            return
        }
        settle()
    }

    /// Acts on everything that libssh has noted: requests first, then output that has room, then input and events.
    func settle() {
        handleRequests()
        pumpOutput()
        for channel in channels { deliver(channel) }
        removeFinishedChannels()
        updateInterest()
        if hasMoreToHandle { settleSoon() }
    }

    /// Goes on after the other connections of the loop: a client that floods its own has the time that is left.
    private func settleSoon() {
        guard !isSettlingSoon else { return }
        isSettlingSoon = true
        loop.execute {
            self.assumeIsolated {
                $0.isSettlingSoon = false
                $0.settle()
            }
        }
    }

    private var hasMoreToHandle: Bool {
        guard let session, isTakingRequests else { return false }
        return mayHaveRequests || session.receivedPacketCount != handledPacketCount
    }

    /// Whether requests may be answered. Not while output is stuck: asking libssh for the next request has it read the
    /// socket, and answers that a client does not take would pile up.
    private var isTakingRequests: Bool {
        switch phase {
        case .authenticating, .open: session?.hasUnsentOutput == false
        case .exchangingKeys, .answering, .closed: false
        }
    }

    /// Takes requests from libssh's list. Packets that carried channel data are no requests: where there were only
    /// such, libssh need not be asked, which saves a system call per keystroke.
    private func handleRequests() {
        guard hasMoreToHandle, let session else { return }
        let packetCount = session.receivedPacketCount
        let dataPacketCount = channels.reduce(0) { $0 + $1.ssh.takeDataPacketCount() }
        let requestCount = packetCount - handledPacketCount - min(dataPacketCount, packetCount - handledPacketCount)
        mayHaveRequests = mayHaveRequests || requestCount > 0
        handledPacketCount = packetCount
        if isFlooded(by: requestCount, session) { return close("the client asks without end and takes no answers") }
        var count = 0
        while mayHaveRequests, isTakingRequests, count < Self.maximumRequestsPerTurn {
            if let message = session.nextMessage() {
                count += 1
                handle(message)
                login.catchUp(with: session)
            } else {
                mayHaveRequests = false
                if case .authenticating = phase { answerDroppedRequest(session) }
            }
        }
        if case .authenticating = phase { limitPackets(of: session) }
    }

    /// Whether answers pile up that cannot be sent: while keys are exchanged anew libssh keeps them, for as long as the
    /// client leaves its part of that undone.
    private func isFlooded(by requestCount: UInt64, _ session: LibSSHSession) -> Bool {
        if session.sentPacketCount != unanswered.sentPacketCount { unanswered = (0, session.sentPacketCount) }
        unanswered.requestCount += requestCount
        return unanswered.requestCount > Self.maximumUnansweredRequestCount
    }

    /// More than what honest clients send of what has no answer, such as SSH_MSG_IGNORE ten times a second, from one
    /// exchange of keys to the next; some 16 MiB if each has one.
    private static let maximumUnansweredRequestCount: UInt64 = 1 << 16

    private func handle(_ message: LibSSHMessage) {
        switch (phase, message.request) {
        case (.authenticating, .service(name: "ssh-userauth")):
            message.acceptService()
        case (_, .service(let name)):
            // libssh has no other answer than yes, and RFC 4253 §10 wants the connection ended.
            close("there is no service \(name.prefix(64))")
        case (.authenticating, .authentication(let request)):
            handle(request, message)
        case (.open, .authentication):
            // Sent before the client knew that it is in; RFC 4252 §5.1 has it ignored.
            break
        case (.open, .openSession):
            openSession(message)
        case (.open, .openDirectTCPIP(let destination, let originator)):
            openForwarding(message, destination: destination, originator: originator)
        case (.open, .channel(let request)):
            handle(request, message)
        default:
            message.refuse()
        }
    }

    /// Whether so much input waits to be read that no more is taken. A window is each channel's own (RFC 4254 §5.2), and
    /// a connection may have hundreds of channels.
    var isOverfilled: Bool { unreadByteCounts.open > Self.maximumUnreadByteCount }

    /// What waits in channels that somebody reads, and in those that have ended.
    private var unreadByteCounts: (open: Int, ended: Int) {
        var counts = (open: 0, ended: 0)
        for channel in channels {
            let count = channel.ssh.unreadByteCount
            if channel.isEnded { counts.ended += count } else { counts.open += count }
        }
        return counts
    }

    /// As much as six or seven channels hold whose programs do not read.
    private static let maximumUnreadByteCount = 16 << 20
    /// What channels that have ended may hold, which goes with the client's CLOSE: as much as two dozen uploads bring that
    /// all end within a round trip.
    private static let maximumLeftByteCount = 32 << 20

    /// Waits for what libssh waits for, but never for input while output is stuck: a client that asks and does not
    /// read would have its answers buffered without end. To be called after libssh has touched the socket, and notices
    /// when libssh has closed it: the descriptor's number may soon be another connection's.
    func updateInterest() {
        guard let session else { return }
        guard session.isAlive else { return close("the client has gone") }
        let unread = unreadByteCounts
        guard unread.ended <= Self.maximumLeftByteCount else {
            return close("too much input was sent to what has ended")
        }
        var wanted = session.interest
        if case .answering = phase { wanted = [] }
        if session.hasUnsentOutput || unread.open > Self.maximumUnreadByteCount { wanted.remove(.read) }
        guard wanted != interest else { return }
        interest = wanted
        loop.update(session.fd, interest: wanted)
    }

    // MARK: Questions

    func askToAuthenticate(_ request: AuthenticationRequest) {
        asker.yield(.authenticate(request))
    }

    /// - Returns: false when more questions wait than there may be channels.
    func askToServe(_ channel: ClientChannel, _ request: SessionRequest) -> Bool {
        if case .enqueued = asker.yield(.serve(channel, request)) { return true }
        return false
    }

    /// - Returns: false when more questions wait than there may be channels.
    func askToForward(_ request: ForwardingRequest) -> Bool {
        if case .enqueued = asker.yield(.forward(request)) { return true }
        return false
    }

    /// Takes closed channels out.
    private func removeFinishedChannels() {
        guard channels.contains(where: \.isOver) else { return }
        channels.removeAll(where: \.isOver)
        closeIfIdle()
    }
}
