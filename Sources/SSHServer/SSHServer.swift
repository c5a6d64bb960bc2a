import CLibSSH
import Glibc
public import Logging
import Synchronization

/// An SSH server (RFC 4251-4254): it listens, speaks the protocol, and asks its owner about everything else.
///
///     accept ─▶ one Connection per client, each on one EventLoop ─▶ ConnectionHandlers answer
///
/// Follow one keystroke: `EventLoop.waitForEvents` sees the socket, `Connection.ready` lets libssh decrypt,
/// `LibSSHChannel` notes that there is input, `Connection.settle` hands it to whoever awaits `ClientChannel.read`.
public final class SSHServer: Sendable {
    /// Where the server listens, with the port that the kernel chose.
    public var address: SocketAddress { listener.address }

    /// Whether new clients get in now.
    public var phase: ServingPhase { listener.phase.withLock { $0 } }

    private let configuration: Configuration
    private let logger: Logger
    private let handlers: @Sendable (ConnectionInfo) -> ConnectionHandlers
    private let listener: Listener
    private let lanes: [Lane]
    private let startups: StartupLimit
    private let population = Mutex(Population())

    /// The connections there are, and what new ones are told while the server drains.
    private struct Population: Sendable {
        var connections: [ObjectIdentifier: Connection] = [:]
        var farewell: String?
    }

    /// One event loop with the host keys it accepts connections with. The keys' owner is used on that loop only.
    private struct Lane: Sendable {
        let loop: EventLoop
        nonisolated(unsafe) let bind: LibSSHBind
    }

    /// Binds the socket, so that a port in use is told before anything else starts.
    ///
    /// - Parameter handlers: who answers for a connection; called once for each, on its event loop.
    /// - Throws: `SSHServerError`.
    public init(
        configuration: Configuration, logger: Logger,
        handlers: @escaping @Sendable (ConnectionInfo) -> ConnectionHandlers
    ) throws(SSHServerError) {
        Self.raiseDescriptorLimit()
        self.configuration = configuration
        self.logger = logger
        self.handlers = handlers
        startups = StartupLimit(maximum: configuration.maximumUnauthenticatedConnections)
        let cores = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        let count = configuration.eventLoopCount > 0 ? configuration.eventLoopCount : cores
        var lanes: [Lane] = []
        for _ in 0..<max(1, count) {
            lanes.append(Lane(loop: try EventLoop(), bind: try LibSSHBind(hostKeys: configuration.hostKeys)))
        }
        self.lanes = lanes
        listener = try Listener(
            host: configuration.host, port: configuration.port, loop: lanes[0].loop, startups: startups, logger: logger)
        for lane in lanes { lane.loop.start() }
    }

    deinit {
        // Not earlier: whoever holds the server may still have something to say to a connection on its loop.
        for lane in lanes { lane.loop.stop() }
    }

    /// Serves until `drain` or cancellation has closed the listener and the last connection has ended.
    ///
    /// - Parameter whenListening: called once new clients get in, and waited for in the end.
    public func run(whenListening: @escaping @Sendable () async -> Void = {}) async {
        await listener.open()
        logger.listening(on: address)
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await whenListening() }
                var next = 0
                for await socket in listener.accepted {
                    let lane = lanes[next % lanes.count]
                    next += 1
                    group.addTask(executorPreference: lane.loop) { await self.serve(socket, on: lane) }
                }
            }
        } onCancel: {
            let listener = listener
            listener.loop.execute { listener.assumeIsolated { $0.close() } }
        }
    }

    /// Accepts nobody any more. Connections live on while they have channels, for `limit` at the most; those that
    /// still live then are told `message`.
    public func drain(limit: Duration, message: String) async {
        await listener.close()
        let deadline = ContinuousClock.now + limit
        let atFirst = population.withLock { population in
            population.farewell = message
            return population.connections.values.map(\.self)
        }
        for connection in atFirst { await connection.closeWhenIdle(message) }
        // A drain is rare and its end is not urgent: looking once in a while is simpler than being told.
        while population.withLock({ !$0.connections.isEmpty }), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
        }
        for connection in population.withLock({ $0.connections.values.map(\.self) }) { await connection.close(message) }
    }

    private func serve(_ socket: Listener.Accepted, on lane: Lane) async {
        let connection = Connection(
            info: socket.info, loop: lane.loop, configuration: configuration,
            handlers: handlers(socket.info), startups: startups, place: socket.place)
        let farewell = population.withLock { population in
            population.connections[ObjectIdentifier(connection)] = connection
            return population.farewell
        }
        unsafe await connection.run(socket: socket.fd, bind: lane.bind, farewell: farewell)
        population.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// One descriptor per connection: the soft limit of 1024 that most systems start with is too few for a school.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
