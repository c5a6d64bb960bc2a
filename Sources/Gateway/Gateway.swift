import Classroom
public import Logging
public import SSHServer
public import ServiceLifecycle

/// Joins students to their labs: answers what an SSH server asks, with what the classroom says and the cluster runs.
///
///     ConnectionHandlers.authenticate ─▶ Authenticator      who is it?
///     ConnectionHandlers.serve        ─▶ LabSession         one lab session, from its request to its exit report
///                                          ├▶ AdmissionDesk may it exist now?
///                                          ├▶ Labs          the student's lab: found, or started
///                                          └▶ Relay         its bytes, both ways
///     ConnectionHandlers.forward      ─▶ LabForwarding      one forwarded connection, into the same lab
///
/// Beside that, by itself: ``Warden`` warns and ends lab sessions, ``ActivityWriter`` notes on labs when they are
/// used, ``HoldingKeeper`` sees to it that the ledgers say who is here, and ``Reaper``, on the one gateway that all
/// have elected, ends labs.
public final class Gateway: Sendable {
    let source: ClassroomSource
    private let classroom: @Sendable () -> Classroom
    private let authenticator: Authenticator
    let labs: Labs
    let commands: LabCommands
    let hangUps: HangUps
    let metrics: GatewayMetrics
    let backend: Backend
    private let uses: LabUses
    private let ports = PortStates()
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let gatewayCommands: GatewayCommands
    private let logger: Logger

    /// What has to run for the gateway to work, in the order in which it is to be started. The SSH server comes after
    /// these.
    public let services: [any Service]

    /// - Parameters:
    ///   - source: where the classroom comes from.
    ///   - backend: where labs run.
    public init(
        _ source: ClassroomSource, _ backend: Backend, timing: LifeCycleTiming = LifeCycleTiming(), logger: Logger
    ) {
        let classroom = { @Sendable in source.current }
        self.classroom = classroom
        self.source = source
        self.backend = backend
        self.logger = logger
        metrics = GatewayMetrics()
        uses = LabUses(metrics: metrics)
        let replicas = backend.replicas
        let ledgers = Ledgers(backend.records, logger: logger)
        let rooms = WaitingRooms(backend.records, logger: logger)
        let stop = LabStop(backend: backend.labs, ledgers: ledgers, metrics: metrics, logger: logger)
        authenticator = Authenticator(classroom: classroom, codes: CodeDesk(ledgers))
        labs = Labs(backend: backend.labs, metrics: metrics)
        commands = LabCommands(backend.labs)
        hangUps = HangUps(commands)
        outlook = LabOutlook(
            classroom: classroom, backend: backend.labs, uses: uses, ledger: { ledgers.record(of: $0) })
        admission = AdmissionDesk(
            classroom: classroom, ledgers: ledgers, rooms: rooms, replica: replicas.identity, metrics: metrics)
        let marker = ActivityMarker(backend: backend.labs, metrics: metrics)
        gatewayCommands = GatewayCommands(
            labs: labs, outlook: outlook, admission: admission, stop: stop, marker: marker)
        let reaper = Reaper(
            source: source, backend: backend.labs, replicas: replicas, hasRecords: { backend.records.isSynced },
            outlook: outlook, admission: admission, stop: stop, meter: LabMeter(commands: commands), marker: marker,
            timing: timing, metrics: metrics, logger: logger)
        let statusWriter = source.resources.map { [outlook, admission] resources in
            StatusWriter(
                resources: resources, outlook: outlook, admission: admission, timing: timing, logger: logger)
        }
        services =
            backend.services + [
                ledgers, rooms,
                ActivityWriter(
                    marker: marker, backend: backend.labs, uses: uses, outlook: outlook, timing: timing,
                    logger: logger),
                hangUps,
                Warden(outlook: outlook, admission: admission, timing: timing, logger: logger),
                HoldingKeeper(
                    admission: admission, uses: uses, absentSince: { replicas.absentSince }, timing: timing,
                    logger: logger),
                replicas.election { isAfterGap in
                    async let _: Void? = statusWriter?.lead()
                    await reaper.lead(isAfterGap: isAfterGap)
                },
            ]
    }

    /// Who answers for one connection.
    public func handlers(for connection: ConnectionInfo) -> ConnectionHandlers {
        var logger = logger
        logger[metadataKey: "connection"] = "\(connection.id)"
        logger.connectionOpened(from: connection.remote)
        metrics.connectionOpened()
        let login = Login(authenticator: authenticator, metrics: metrics, logger: logger)
        admission.held.connectionOpened(connection.id)
        return ConnectionHandlers(
            methods: { [authenticator] in authenticator.methods(for: $0) },
            authenticate: { await login.authenticate($0) },
            serve: { [self] in await serve($0, $1, login: login, connection: connection) },
            forward: { [self] (request) async throws(ForwardingRefusal) in
                try await forward(request, login: login, connection: connection)
            },
            closed: { [admission, metrics] reason in
                admission.held.connectionClosed(connection.id)
                if let student = login.studentOfLedger { admission.closeConnection(connection.id, of: student) }
                login.logger.connectionClosed(reason)
                metrics.connectionClosed()
            })
    }

    private func serve(
        _ channel: ClientChannel, _ request: SessionRequest, login: Login, connection: ConnectionInfo
    ) async -> ExitReport {
        let id = "\(connection.id)/\(channel.number)"
        var logger = login.logger
        logger[metadataKey: "session"] = "\(id)"
        let terminal = UserTerminal(channel: channel, request: request, id: id)
        let visit: Visit
        do throws(LabSessionFailure) {
            visit = try self.visit(login, connection: connection, channel: channel.number)
        } catch {
            return await terminal.fail(error, logger)
        }
        let session = LabSession(
            gateway: self, visit: visit, connection: connection, channel: channel, request: request, terminal: terminal,
            client: StartingClient(channel: channel, terminal: request.terminal), logger: logger)
        return await session.run()
    }

    private func forward(
        _ request: ForwardingRequest, login: Login, connection: ConnectionInfo
    ) async throws(ForwardingRefusal) {
        var logger = login.logger
        logger[metadataKey: "forwarding"] = "\(connection.id)/\(request.number)"
        let visit: Visit
        do throws(LabSessionFailure) {
            visit = try self.visit(login, connection: connection, channel: request.number)
        } catch {
            throw ForwardingRefusal("\(error)")
        }
        let forwarding = LabForwarding(
            visit: visit, request: request, labs: labs, admission: admission, outlook: outlook, commands: commands,
            hangUps: hangUps, ports: ports, metrics: metrics, logger: logger)
        try await forwarding.run()
    }

    /// Who it is and which course it is about, looked up anew each time: a change of the classroom holds from the next lab
    /// session on.
    private func visit(
        _ login: Login, connection: ConnectionInfo, channel: Int
    ) throws(LabSessionFailure) -> Visit {
        guard let name = login.name else { throw .notAuthenticated }
        let classroom = classroom()
        guard let student = classroom.student(named: name.student) else { throw .unknown }
        guard !student.suspended else { throw .suspended }
        guard let course = classroom.course(for: name, of: student) else {
            throw .noCourse(name.course ?? student.courses.first ?? "", of: student, classroom)
        }
        login.noteVisit()
        return Visit(student: student, course: course, connection: connection.id, channel: channel)
    }
}
