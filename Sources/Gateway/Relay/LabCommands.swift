import Logging
import Synchronization
import Upstream

/// Runs things in a lab: the program of a lab session, and the gateway's own small commands beside it, which are the
/// only way to reach a process there (no backend has signals for them).
struct LabCommands: Sendable {
    let backend: any LabBackend

    /// Whether a program's input can be ended: learned from the backend's answers, and assumed not to be until then,
    /// because a fed program is right with all of them.
    private let endsInput = EndsInput()

    /// One answer of the backend, shared by all lab sessions.
    private final class EndsInput: Sendable {
        private let value = Atomic(false)
        var isKnown: Bool { value.load(ordering: .relaxed) }
        func note(_ isPossible: Bool) { value.store(isPossible, ordering: .relaxed) }
    }

    /// A small command that has not ended by then is left alone.
    private static let timeout: Duration = .seconds(10)

    init(_ backend: any LabBackend) {
        self.backend = backend
    }

    /// How a program without a terminal gets its end of input here.
    var input: RemoteCommand.Input { endsInput.isKnown ? .direct : .fed }

    /// Runs a program; the stream is closed when `body` returns.
    ///
    /// - Throws: `BackendError` if it was refused or the connection failed before `body` was called.
    func run<Value: Sendable>(
        _ command: RemoteCommand, in lab: Lab, tty: Bool, body: (any LabProgram) async throws -> Value
    ) async throws -> Value {
        try await backend.run(command.argv, in: lab, tty: tty) { program in
            endsInput.note(program.endsInput)
            return try await body(program)
        }
    }

    /// Sends a signal, named without "SIG", to a process group.
    ///
    /// - Returns: whether the lab was reached.
    @discardableResult
    func signal(_ name: String, processGroup: Int, in lab: Lab, _ logger: Logger) async -> Bool {
        await perform("signal \(name)", ["kill", "-\(name)", "-\(processGroup)"], in: lab, logger)
    }

    /// Ends the feeder once it has written `byteCount` bytes, so that the program sees its end of input behind them.
    /// Lasts as long as the program takes to read them.
    func endInput(feeder: Int, afterByteCount byteCount: Int, in lab: Lab, _ logger: Logger) async {
        let script = """
            while read -r key value; do [ "$key" = wchar: ] && break; done < /proc/$1/io || exit 0
            while [ "$value" -lt "$2" ]; do
            sleep 0.02 || sleep 1
            while read -r key value; do [ "$key" = wchar: ] && break; done < /proc/$1/io || exit 0
            done 2>/dev/null
            kill -KILL $1
            """
        let command = ["/bin/sh", "-c", script, "labgate", "\(feeder)", "\(byteCount)"]
        var backoff = Labs.backoff
        // The program waits for its end of input as long as it takes.
        while await !perform("end of input", command, in: lab, logger, timeout: nil) {
            guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
        }
    }

    /// Runs one of the gateway's own commands. Its failure is logged and nothing else: whoever asked cannot mend it.
    ///
    /// - Returns: whether the command has run to its end.
    private func perform(
        _ purpose: String, _ command: [String], in lab: Lab, _ logger: Logger, timeout: Duration? = timeout
    ) async -> Bool {
        await result(purpose, command, in: lab, logger, timeout: timeout) != nil
    }

    /// Runs one of the gateway's own commands that has something to say.
    ///
    /// - Returns: what it said; nil, after the failure was logged, unless it has succeeded.
    func output(
        _ purpose: String, _ command: [String], in lab: Lab, _ logger: Logger, timeout: Duration = timeout
    ) async -> String? {
        guard let (output, status) = await result(purpose, command, in: lab, logger, timeout: timeout) else {
            return nil
        }
        if status != 0 { logger.labCommandFailed(purpose, "exit status \(status)") }
        return status == 0 ? output : nil
    }

    /// Output of the gateway's own commands that is kept, in bytes.
    private static let maximumOutputByteCount = 4096

    private func result(
        _ purpose: String, _ command: [String], in lab: Lab, _ logger: Logger, timeout: Duration?
    ) async -> (output: String, status: Int)? {
        do {
            let (output, result) = try await withThrowingTaskGroup(of: (String, ProgramEnd).self) { group in
                group.addTask {
                    try await backend.run(Self.argv(command), in: lab, tty: false) { await Self.collect($0) }
                }
                if let timeout {
                    group.addTask {
                        try await Task.sleep(for: timeout)
                        return ("", .lost("it has not ended within \(timeout)"))
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? ("", .lost("cancelled"))
            }
            if case .exited(let status) = result { return (output, status) }
            if !Task.isCancelled { logger.labCommandFailed(purpose, "\(result)") }
        } catch {
            if !Task.isCancelled { logger.labCommandFailed(purpose, "\(error)") }
        }
        return nil
    }

    private static func collect(_ program: any LabProgram) async -> (String, ProgramEnd) {
        var output: [UInt8] = []
        while let piece = await program.nextOutput() {
            if case .stdout(let bytes) = piece { output += bytes.prefix(maximumOutputByteCount - output.count) }
        }
        return (String(decoding: output, as: UTF8.self), program.end)
    }

    /// `kill` is a program in some images and a builtin in every shell.
    private static func argv(_ command: [String]) -> [String] {
        command.first == "/bin/sh" ? command : ["/bin/sh", "-c", "\"$@\"", "labgate"] + command
    }
}
