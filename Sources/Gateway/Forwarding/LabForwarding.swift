import Classroom
import Kubernetes
import Logging
import SSHServer
import Synchronization
import Upstream

/// One forwarded connection: a channel of the client's, joined to a port in the student's lab.
///
/// 1. May it go there? The course says.
/// 2. The lab, started if need be: some clients forward before they run anything.
/// 3. The far side: by the backend into the lab's own loopback; by a small program in the lab to other places, and where
///    the backend has no way to forward ports or does not find the server.
/// 4. The client is told that the connection stands, once it does (`Confirmation`); `ForwardingRelay` passes bytes on.
struct LabForwarding: Sendable {
    let visit: Visit
    let request: ForwardingRequest
    let labs: Labs
    let admission: AdmissionDesk
    let outlook: LabOutlook
    let commands: LabCommands
    let hangUps: HangUps
    let ports: PortStates
    let metrics: GatewayMetrics
    let logger: Logger

    /// A lab that has not said by then how a port takes connections does not tell.
    private static let questionTimeout: Duration = .seconds(4)
    /// What is kept of the words of a program in the lab, which may say more than anybody wants to know.
    private static let maximumReasonByteCount = 1024
    /// RFC 1035 §2.3.4.
    private static let maximumHostByteCount = 255

    private var course: Course { visit.course }
    /// Whether a port of the lab's own loopback is wanted.
    private var goesToLab: Bool { ForwardingDestination.isLoopback(request.destination.host) }

    func run() async throws(ForwardingRefusal) {
        let start = ContinuousClock.now
        var outcome = ForwardingOutcome.gone
        metrics.forwardingStarted(course: course.name)
        defer { metrics.forwardingEnded(course: course.name, outcome) }
        do {
            logger.forwardingRequested(request)
            let port = try checkedPort()
            try await admission.openForwarding(visit)
            let use = outlook.uses.begin(visit, as: .forwarding)
            defer { outlook.uses.finish(use) }
            try await connect(to: port, use)
            logger.forwardingEnded(after: .now - start)
            outcome = .ok
        } catch {
            guard let refusal = Self.refusal(for: error) else { return }
            outcome = .refused
            if case .refused(_, let limit?)? = error as? LabSessionFailure {
                metrics.refused(course: course.name, limit)
            }
            logger.forwardingRefused(refusal.reason)
            throw refusal
        }
    }

    private func checkedPort() throws -> UInt16 {
        let (host, port) = request.destination
        guard host.utf8.count <= Self.maximumHostByteCount else {
            throw ForwardingRefusal("the host's name is too long")
        }
        guard course.permitsOpening(host: host, port: port) else {
            let places = course.permitOpen.map(\.description).joined(separator: ", ")
            throw ForwardingRefusal(
                "forwarding to \(host):\(port) is not permitted; "
                    + (places.isEmpty ? "your course permits none" : "your course permits \(places)"))
        }
        guard let port = UInt16(exactly: port), port > 0 else { throw ForwardingRefusal("there is no port \(port)") }
        return port
    }

    /// - Returns: nil if the client went first.
    private static func refusal(for error: any Error) -> ForwardingRefusal? {
        switch error {
        case is ChannelClosed: nil
        case let refusal as ForwardingRefusal: refusal
        case let error as LabError: ForwardingRefusal("\(error)")
        case let failure as LabSessionFailure: ForwardingRefusal("\(failure)")
        case let error as BackendError: ForwardingRefusal("your lab could not be reached (\(error.message))")
        default: ForwardingRefusal("the connection is ending")
        }
    }

    // MARK: The lab

    private func connect(to port: UInt16, _ use: LabUse) async throws {
        var attempts = LabAttempts()
        let wanted = LabOrder(student: visit.student, course: course)
        let permit = LabPermit(admission: admission, outlook: outlook, order: wanted, isAttended: false)
        while true {
            let dead = attempts.dead
            let lab = try await wait(use) {
                try await labs.ready(wanted, not: dead, permit: permit) { logger.labStage($0) }
            }
            do {
                return try await connect(to: port, in: lab, use)
            } catch let error as BackendError {
                use.labUID = nil
                guard let pause = attempts.failed(error, on: lab) else { throw error }
                try await wait(use) { try await Task.sleep(for: pause) }
            }
        }
    }

    /// Runs what may take long, as long as the client is there and the gateway does not end this. Not what runs programs:
    /// those have to be hung up.
    private func wait<Value: Sendable>(
        _ use: LabUse, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await working(watchedBy: [{ try await request.waitUntilGone() }]) { try await use.during(work) }
    }

    private func connect(to port: UInt16, in lab: Lab, _ use: LabUse) async throws {
        use.labUID = lab.uid
        guard goesToLab else { return try await connectByCommand(to: port, in: lab, use) }
        do {
            try await connectByPortForward(to: port, in: lab, use)
        } catch let error as BackendError where error.code == .unsupported {
            logger.portForwardNotPossible(error.message)
            try await connectByCommand(to: port, in: lab, use)
        } catch let failure as PortForwardFailure {
            guard failure.hasMissedAddress else { throw failure.refusal }
            // A lab that cannot tell, as on a node that is out of CPU, is tried.
            let state = await state(of: port, in: lab, believing: [.open, .closed])
            guard state == .open || state == nil else { throw failure.refusal }
            try await connectByCommand(to: port, in: lab, use)
        }
    }

    // MARK: The far side

    private func connectByPortForward(to port: UInt16, in lab: Lab, _ use: LabUse) async throws {
        let start = ContinuousClock.now
        try await labs.backend.connect(toPort: port, in: lab) { stream in
            let confirmation = Confirmation(
                port: port, openingTime: .now - start, sign: { await stream.awaitSign() },
                ask: { await state(of: port, in: lab, believing: [.open]) })
            try await confirmation.wait()
            if let words = stream.failure { throw PortForwardFailure(port: port, words: words) }
            await ForwardingRelay(channel: try await request.accept(), stream: stream, use: use).run()
        }
    }

    private func state(of port: UInt16, in lab: Lab, believing beliefs: Set<PortState>) async -> PortState? {
        await ports.state(of: port, in: lab, believing: beliefs) {
            let output = await commands.output(
                "look at a port", PortState.command(port: port), in: lab, logger, timeout: Self.questionTimeout)
            return output.flatMap(PortState.init(output:))
        }
    }

    private func connectByCommand(to port: UInt16, in lab: Lab, _ use: LabUse) async throws {
        let command = RemoteCommand(
            program: ForwardingCommand.argv(host: request.destination.host, port: port), environment: [],
            input: commands.input)
        try await commands.run(command, in: lab, tty: false) { exec in
            let errors = Mutex([UInt8]())
            let started = try await LaunchedProgram.started(on: exec, endNotice: command.endNotice) { bytes in
                errors.withLock { $0 += bytes.prefix(Self.maximumReasonByteCount - $0.count) }
            }
            guard var program = started else { throw ForwardingRefusal("the lab does not answer (\(exec.end))") }
            do {
                var reason = errors.withLock { $0 }
                guard await Self.isConnected(&program, exec, &reason) else {
                    let words = String(decoding: reason, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
                    throw refusal(of: port, words)
                }
                let channel = try await request.accept()
                let relay = Relay(
                    channel: channel, exec: exec, commands: commands, hangUps: hangUps, lab: lab, program: program,
                    use: use, logger: logger)
                _ = await relay.run()
            } catch {
                await hangUps.hangUp(program.launch.processGroup, in: lab, logger)
                throw error
            }
        }
    }

    /// - Parameter words: why it was not reached, in those of the program in the lab.
    private func refusal(of port: UInt16, _ words: String) -> ForwardingRefusal {
        goesToLab
            ? PortForwardFailure(port: port, words: words).refusal
            : ForwardingRefusal("\(request.destination.host):\(port) could not be reached (\(words))")
    }

    /// Waits until the command says that the connection stands; what follows in its output is the far side's.
    private static func isConnected(
        _ program: inout LaunchedProgram, _ exec: any LabProgram, _ reason: inout [UInt8]
    ) async -> Bool {
        while program.firstOutput.count < ForwardingCommand.connected.count {
            guard program.endNotice?.hasCome == false else { return false }
            switch await exec.nextOutput() {
            case .stdout(let bytes):
                program.firstOutput += bytes
            case .stderr(let bytes):
                let words = program.endNotice?.take(bytes) ?? bytes
                reason += words.prefix(maximumReasonByteCount - reason.count)
            case nil:
                return false
            }
        }
        guard program.firstOutput.starts(with: ForwardingCommand.connected) else { return false }
        program.firstOutput.removeFirst(ForwardingCommand.connected.count)
        return true
    }
}
