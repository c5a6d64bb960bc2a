public import Classroom
public import Kubernetes
public import Logging
public import SSHServer

/// Joins students to their labs: answers what an SSH server asks, with what the classroom says and the cluster runs.
///
///     ConnectionHandlers.authenticate ─▶ Authenticator      who is it?
///     ConnectionHandlers.serve        ─▶ LabSession         one lab session, from its request to its exit report
///                                          ├▶ Labs          the student's pod: found, or started
///                                          └▶ Relay         its bytes, both ways
///     ConnectionHandlers.forward ─▶ LabForwarding   one forwarded connection, into the same lab
public struct Gateway: Sendable {
    private let classroom: @Sendable () -> Classroom
    private let authenticator: Authenticator
    private let labs: Labs
    private let commands: PodCommands
    private let logger: Logger

    /// - Parameters:
    ///   - classroom: the classroom as it is now.
    ///   - pods: the cache of labgate's pods, which somebody else runs.
    ///   - namespace: where the labs live.
    public init(
        classroom: @escaping @Sendable () -> Classroom, client: APIClient, pods: PodCache, namespace: String,
        logger: Logger
    ) {
        self.classroom = classroom
        self.logger = logger
        authenticator = Authenticator(classroom: classroom)
        labs = Labs(client: client, pods: pods, namespace: namespace)
        commands = PodCommands(client: client, namespace: namespace)
    }

    /// The label selector of the pods that are labgate's.
    public static let podLabelSelector = LabPod.managedBySelector

    /// Who answers for one connection.
    public func handlers(for connection: ConnectionInfo) -> ConnectionHandlers {
        var logger = logger
        logger[metadataKey: "connection"] = "\(connection.id)"
        logger.connectionOpened(from: connection.remote)
        let login = Login(authenticator: authenticator, logger: logger)
        return ConnectionHandlers(
            authenticate: { await login.authenticate($0) },
            serve: { await serve($0, $1, login: login, connection: connection) },
            forward: { (request) async throws(ForwardingRefusal) in
                try await forward(request, login: login, connection: connection)
            },
            closed: { login.logger.connectionClosed($0) })
    }

    private func serve(
        _ channel: ClientChannel, _ request: SessionRequest, login: Login, connection: ConnectionInfo
    ) async -> ExitReport {
        let id = "\(connection.id)/\(channel.number)"
        var logger = login.logger
        logger[metadataKey: "session"] = "\(id)"
        let terminal = UserTerminal(channel: channel, request: request, id: id)
        let (student, course): (Student, Course)
        do throws(LabSessionFailure) {
            (student, course) = try membership(login)
        } catch {
            return await terminal.fail(error, logger)
        }
        let session = LabSession(
            student: student, course: course, connection: connection, channel: channel, request: request,
            labs: labs, commands: commands, terminal: terminal,
            client: StartingClient(channel: channel, terminal: request.terminal), logger: logger)
        return await session.run()
    }
    private func forward(
        _ request: ForwardingRequest, login: Login, connection: ConnectionInfo
    ) async throws(ForwardingRefusal) {
        var logger = login.logger
        logger[metadataKey: "forwarding"] = "\(connection.id)/\(request.number)"
        let (student, course): (Student, Course)
        do throws(LabSessionFailure) {
            (student, course) = try membership(login)
        } catch {
            throw ForwardingRefusal("\(error)")
        }
        let forwarding = LabForwarding(
            student: student, course: course, request: request, labs: labs, commands: commands, logger: logger)
        try await forwarding.run()
    }

    /// Who it is and which course it is about, looked up anew each time: a change of the classroom holds from the next lab
    /// session on.
    private func membership(_ login: Login) throws(LabSessionFailure) -> (Student, Course) {
        guard let name = login.name else { throw .notAuthenticated }
        let classroom = classroom()
        guard let student = classroom.student(named: name.student) else { throw .unknown }
        guard !student.suspended else { throw .suspended }
        guard let course = classroom.course(for: name, of: student) else {
            throw .notInCourse(name.course ?? "", student.courses)
        }
        return (student, course)
    }
}
