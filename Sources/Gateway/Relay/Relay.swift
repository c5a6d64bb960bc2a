import Logging
import SSHServer
import Synchronization
import Upstream

/// The joint of one lab session: bytes, sizes, signals and ends, both ways.
///
///     ClientChannel.read ──▶ LabProgram.write        input, then its end
///     ClientChannel.write ◀── LabProgram.nextOutput  output, then how the program ended
///     ClientChannel.nextEvent ──▶ resize, signal     until the client has gone
///
/// Backpressure: each direction has one piece in hand. A read is not repeated before its bytes are taken on the other
/// side, so a slow lab closes the client's window and a slow client stops the lab's stream from being read.
///
/// The three pumps are child tasks on the connection's event loop. What is awaited on the lab's side resumes
/// there, so a keystroke changes threads once on its way in and its echo once on its way out.
struct Relay: Sendable {
    /// How a relay ended.
    enum Ending: Sendable {
        /// The program has ended, or the stream has; all output was passed on.
        case program(ProgramEnd)
        /// The client has closed the channel, or its connection is gone.
        case clientGone
        /// The gateway ends it: a limit, or the lab's end.
        case ended(LabSessionFailure)
    }

    let channel: ClientChannel
    let exec: any LabProgram
    let commands: LabCommands
    let hangUps: HangUps
    let lab: Lab
    let program: LaunchedProgram
    let use: LabUse
    let logger: Logger
    private let unwanted = UnwantedOutput()

    /// Whether the client wants no more output, and whether the program was told.
    private final class UnwantedOutput: Sendable {
        let isTold = Atomic(false)
        let isPipeBroken = Atomic(false)
    }

    /// Passes everything on until one side has ended. A program without its client, or without the way to it, is hung up.
    ///
    /// - Parameter firstInput: what was typed before the program started.
    func run(firstInput: [UInt8] = []) async -> Ending {
        let ending = await pump(firstInput)
        switch ending {
        case .program(.exited), .program(.failed): break
        case .program(.lost): hangUps.hangUpLater(program.launch.processGroup, in: lab, logger)
        case .clientGone, .ended: await hangUps.hangUp(program.launch.processGroup, in: lab, logger)
        }
        return ending
    }

    private func pump(_ firstInput: [UInt8]) async -> Ending {
        await withTaskGroup(of: Ending?.self) { pumps in
            pumps.addTask { await pumpInput(firstInput) }
            pumps.addTask { await pumpEvents() }
            pumps.addTask { await pumpOutput() }
            pumps.addTask { await use.ended().map(Ending.ended) }
            var ending: Ending?
            for await ended in pumps {
                guard ending == nil, let ended else { continue }
                ending = ended
                pumps.cancelAll()
            }
            // The output pump always returns an ending.
            return ending ?? .clientGone
        }
    }

    private func pumpInput(_ firstInput: [UInt8]) async -> Ending? {
        var byteCount = 0
        var next: [UInt8]? = firstInput
        while let bytes = next {
            byteCount += bytes.count
            use.noteInput(byteCount: bytes.count)
            // The program may be gone; the output pump knows more about that.
            guard (try? await exec.write(bytes)) != nil else { return nil }
            next = await channel.read()
        }
        if !Task.isCancelled { await endInput(byteCount) }
        return nil
    }

    private func endInput(_ byteCount: Int) async {
        // A terminal has no end of input either: the client's user types it.
        guard program.endNotice != nil else { return }
        if let feeder = program.launch.feeder {
            await commands.endInput(
                feeder: feeder, afterByteCount: program.launch.feederOwnByteCount + byteCount, in: lab, logger)
        } else {
            try? await exec.closeInput()
        }
    }

    private func pumpEvents() async -> Ending? {
        while let event = await channel.nextEvent() {
            switch event {
            case .windowChange(let columns, let rows):
                exec.resize(columns: columns, rows: rows)
            case .signal(let name) where SignalName.isKnown(name):
                await commands.signal(name, processGroup: program.launch.processGroup, in: lab, logger)
            case .signal:
                break
            case .outputUnwanted where program.endNotice != nil:
                unwanted.isTold.store(true, ordering: .relaxed)
            case .outputUnwanted:
                break
            }
        }
        return Task.isCancelled ? nil : .clientGone
    }

    /// A program that writes what nobody reads gets the signal that a closed pipe would have given it, once; what it writes
    /// nevertheless is dropped.
    private func breakPipe() async {
        guard !unwanted.isPipeBroken.exchange(true, ordering: .relaxed) else { return }
        await commands.signal("PIPE", processGroup: program.launch.processGroup, in: lab, logger)
    }

    private func pumpOutput() async -> Ending {
        var endNotice = program.endNotice
        do {
            use.noteOutput(byteCount: program.firstOutput.count)
            try await channel.write(program.firstOutput)
            if endNotice?.hasCome == true { await channel.endReading() }
            while let output = await exec.nextOutput() {
                switch output {
                case .stdout where unwanted.isTold.load(ordering: .relaxed):
                    await breakPipe()
                case .stdout(let bytes):
                    use.noteOutput(byteCount: bytes.count)
                    try await channel.write(bytes)
                case .stderr(let bytes):
                    let own = endNotice?.take(bytes) ?? bytes
                    use.noteOutput(byteCount: own.count)
                    try await channel.write(own, to: .standardError)
                    if endNotice?.hasCome == true { await channel.endReading() }
                }
            }
            try await channel.write(endNotice?.takeRest() ?? [], to: .standardError)
            return .program(exec.end)
        } catch {
            return .clientGone
        }
    }
}
