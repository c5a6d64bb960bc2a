import Classroom
import Logging
import SSHServer

/// One lab session: a session channel joined to one process in a lab, from the request to the exit report.
///
/// 1. `Admission`: may it exist now?
/// 2. `findLab`: the student's lab, started if need be, while the client is told how far it is.
/// 3. `run`: the program's process, and its process group.
/// 4. `Relay`: everything in between.
/// 5. The program's own exit status; or, if the client went first or a limit was reached, a hang-up for what is left.
struct LabSession: Sendable {
    private let gateway: Gateway
    /// Whose lab, and through which connection.
    let visit: Visit
    let wanted: LabOrder
    let connection: ConnectionInfo
    let channel: ClientChannel
    let request: SessionRequest
    let terminal: UserTerminal
    let client: StartingClient
    let logger: Logger

    var student: Student { visit.student }
    var course: Course { visit.course }
    private var labs: Labs { gateway.labs }
    private var outlook: LabOutlook { gateway.outlook }
    private var admission: AdmissionDesk { gateway.admission }
    private var commands: LabCommands { gateway.commands }
    private var metrics: GatewayMetrics { gateway.metrics }

    init(
        gateway: Gateway, visit: Visit, connection: ConnectionInfo, channel: ClientChannel, request: SessionRequest,
        terminal: UserTerminal, client: StartingClient, logger: Logger
    ) {
        self.gateway = gateway
        self.visit = visit
        wanted = LabOrder(student: visit.student, course: visit.course)
        self.connection = connection
        self.channel = channel
        self.request = request
        self.terminal = terminal
        self.client = client
        self.logger = logger
    }

    func run() async -> ExitReport {
        let start = ContinuousClock.now
        logger.labSessionStarted(request, course: course.name)
        metrics.labSessionStarted(course: course.name)
        let (report, end) = await perform()
        metrics.labSessionEnded(course: course.name, end)
        logger.labSessionEnded(report, after: .now - start)
        return report
    }

    private func perform() async -> (ExitReport, LabSessionEnd) {
        do {
            let report = try await serve()
            return (report, LabSessionEnd(report))
        } catch let failure as LabSessionFailure {
            if case .refused(_, let limit?) = failure { metrics.refused(course: course.name, limit) }
            return (await terminal.fail(failure, logger), failure.end)
        } catch let error as LabError {
            return (await terminal.fail(.lab(error), logger), .gatewayFault)
        } catch let error as BackendError {
            return (await terminal.fail(.lab(LabError(unreachable: error)), logger), .gatewayFault)
        } catch is StartingClient.Gone {
            return (.status(LabSessionFailure.exitStatus), .gone)
        } catch {
            return (await terminal.fail(.lost("the gateway is stopping"), logger), .stopped)
        }
    }

    private func serve() async throws -> ExitReport {
        if let command = try gatewayCommand() { return try await gateway.gatewayCommands.run(command, for: self) }
        let program = try RemoteCommand.program(request.program, course: course)
        let isSFTP = request.program == .subsystem(name: "sftp")
        let start = ContinuousClock.now
        defer { admission.closeLabSession(visit) }
        try await client.wait { try await admit(isSFTP: isSFTP) }
        let use = outlook.uses.begin(visit, as: .labSession(terminal, isSFTP: isSFTP))
        defer { outlook.uses.finish(use) }
        return try await join(program, use, requestedAt: start)
    }

    /// How long the cluster may take to admit the lab session before the student is told what is waited for: for a lab
    /// that has to be started a first sign is due within a second, and one that is ready is worth a word only if something
    /// seems to be wrong.
    private var admissionSilence: Duration { labs.known(wanted) == nil ? .milliseconds(500) : .seconds(5) }

    private func admit(isSFTP: Bool) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await admission.openLabSession(visit, isSFTP: isSFTP)
                return true
            }
            group.addTask {
                try await Task.sleep(for: admissionSilence)
                await terminal.say("\(LabStage.asking)…")
                return false
            }
            defer { group.cancelAll() }
            for try await isAdmitted in group where isAdmitted { return }
        }
    }

    private func gatewayCommand() throws(LabSessionFailure) -> GatewayCommand? {
        guard course.gatewayCommands, case .exec(let line) = request.program else { return nil }
        switch GatewayCommand.parse(line) {
        case nil: return nil
        case .command(let command): return command
        case .unknown(let word): throw .noGatewayCommand(word)
        }
    }

    // MARK: The lab

    /// Finds the lab and runs the program in it; again, while the cluster cannot be reached or the lab has just gone.
    ///
    /// - Parameter start: when the client has asked for it.
    private func join(
        _ program: [String], _ use: LabUse, requestedAt start: ContinuousClock.Instant
    ) async throws -> ExitReport {
        var attempts = LabAttempts()
        var isWarm = labs.known(wanted) != nil
        while true {
            let lab = try await findLab(not: attempts.dead, use)
            metrics.labReady(course: course.name, isWarm: isWarm, after: .now - start)
            do {
                return try await run(program, in: lab, use)
            } catch let error as BackendError {
                // Not in this lab after all: if it was stopped, that is no end of who waits for the next one.
                use.labUID = nil
                guard let pause = attempts.failed(error, on: lab) else { throw LabSessionFailure.notRun(error.message) }
                isWarm = false
                if !lab.isSame(as: attempts.dead) { await terminal.say("\(LabStage.retrying(error.message))") }
                try await client.wait { try await use.during { try await Task.sleep(for: pause) } }
            }
        }
    }

    private func findLab(not dead: Lab?, _ use: LabUse) async throws -> Lab {
        let start = ContinuousClock.now
        let permit = LabPermit(admission: admission, outlook: outlook, order: wanted, isAttended: terminal.hasTerminal)
        let lab = try await client.wait {
            try await use.during {
                try await labs.ready(wanted, not: dead, permit: permit) { stage in
                    logger.labStage(stage)
                    await terminal.say("\(stage)…")
                }
            }
        }
        logger.labReady(lab, after: .now - start)
        if request.terminal != nil, labs.backend.isOutdated(lab, wanted) {
            await terminal.say("your lab was started from an older version of the course")
        }
        return lab
    }

    // MARK: The program

    private func run(_ program: [String], in lab: Lab, _ use: LabUse) async throws -> ExitReport {
        use.labUID = lab.uid
        // The wait may have been long; the time without interaction begins where it can end.
        use.noteInput(byteCount: 0)
        let command = RemoteCommand(
            program: program,
            environment: RemoteCommand.environment(request, student: student, course: course, connection: connection),
            input: request.terminal == nil ? commands.input : .terminal(size: client.size))
        return try await commands.run(command, in: lab, tty: request.terminal != nil) { exec in
            if let size = client.size { exec.resize(columns: size.columns, rows: size.rows) }
            // A client that goes now is noticed by the relay: until the process group is known, nothing can be hung up.
            let started = try await LaunchedProgram.started(on: exec, endNotice: command.endNotice) { bytes in
                try? await channel.write(bytes, to: .standardError)
            }
            guard let started else { return try await explain(exec.end, lab, hasStarted: false) }
            let relay = Relay(
                channel: channel, exec: exec, commands: commands, hangUps: gateway.hangUps, lab: lab, program: started,
                use: use, logger: logger)
            switch await relay.run(firstInput: client.takeTyped()) {
            case .program(let result):
                return try await explain(result, lab, hasStarted: true)
            case .clientGone:
                throw StartingClient.Gone()
            case .ended(let reason):
                throw reason
            }
        }
    }

    /// The program's own exit status, where the backend knows it; otherwise why it is not known.
    private func explain(_ end: ProgramEnd, _ lab: Lab, hasStarted: Bool) async throws -> ExitReport {
        switch end {
        case .exited(let code):
            // Killed processes say nothing themselves. If it was the lab that ended, somebody should.
            if code > 128, let stop = stop(of: lab) { throw stop }
            // SIGKILL is how labs end, and seldom programs.
            let limit: Duration = code == 128 + 9 ? .seconds(1) : .zero
            if code > 128, let obituary = await labs.obituary(of: lab, within: limit) {
                _ = await terminal.fail(.labEnded(obituary), logger)
            }
            return .status(code)
        case .failed(let reason):
            guard hasStarted else {
                guard LabAttempts.isLabGone(reason) else { throw LabSessionFailure.notRun(reason) }
                // The lab ended between two looks of the backend's at it: as if it had not been there.
                throw BackendError(.notFound, operation: "exec in \(lab.name)", message: reason)
            }
            throw failure(lab, reason)
        case .lost(let reason):
            throw failure(lab, reason)
        }
    }

    private func failure(_ lab: Lab, _ reason: String) -> LabSessionFailure {
        stop(of: lab) ?? labs.obituary(of: lab).map(LabSessionFailure.labEnded) ?? .lost(reason)
    }

    /// That the lab was stopped, if it was.
    private func stop(of lab: Lab) -> LabSessionFailure? {
        guard let reason = labs.stopReason(of: lab) else { return nil }
        // Who may not come back is not asked to.
        guard let present = outlook.classroom().students[student.name] else { return .unknown }
        return present.suspended ? .suspended : .labStopped(reason, keepsHome: course.home.outlivesLab)
    }
}
