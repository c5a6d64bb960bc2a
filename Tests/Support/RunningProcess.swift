public import Foundation
import Synchronization

/// A program that runs; its standard output and error go to files, so that it never waits for us.
///
/// Not Foundation's `Process`: that one passes on the signal mask of whatever thread starts the program, in which
/// SIGTERM and SIGWINCH may be blocked, and takes a program for running as long as a daemon of its lives.
public final class RunningProcess: Sendable {
    /// The process's id.
    public let processID: pid_t
    /// nil if somebody else has named it, and reads it.
    private let outputFile: URL?
    private let errorFile: URL
    private let command: [String]
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    private struct State {
        /// As `waitpid` tells it; nil while it runs.
        var status: Int32?
        /// Our end of its standard input.
        var input: FileHandle?
    }

    init(_ command: [String], input: ChildProcess.Input, output: URL?, environment: [String: String]) throws {
        let folder = try TemporaryFolder.make()
        outputFile = output == nil ? folder.appending(path: "stdout") : nil
        errorFile = folder.appending(path: "stderr")
        self.command = command
        var pipe: (reading: FileHandle, writing: FileHandle)?
        var inputFile = URL(filePath: "/dev/null")
        switch input {
        case .none: break
        case .file(let url): inputFile = url
        case .text(let text):
            inputFile = folder.appending(path: "stdin")
            try Data(text.utf8).write(to: inputFile)
        case .open: pipe = try Self.makePipe()
        }
        let (outputPath, errorPath) = ((output ?? folder.appending(path: "stdout")).path, errorFile.path)
        processID = try Self.spawn(command, environment: environment) { actions in
            if let pipe {
                posix_spawn_file_actions_adddup2(&actions, pipe.reading.fileDescriptor, 0)
            } else {
                posix_spawn_file_actions_addopen(&actions, 0, inputFile.path, O_RDONLY, 0)
            }
            posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        try pipe?.reading.close()
        state = Mutex(State(input: pipe?.writing))
    }

    /// Nothing is started while a pipe can still be inherited.
    private static let forking = Mutex(())

    /// A pipe that no other program inherits.
    private static func makePipe() throws -> (reading: FileHandle, writing: FileHandle) {
        var ends: [Int32] = [0, 0]
        let isMade = forking.withLock { _ in
            pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard isMade else { throw ChildProcess.Failure(description: "pipe: \(String(cString: strerror(errno)))") }
        return (FileHandle(fileDescriptor: ends[0]), FileHandle(fileDescriptor: ends[1]))
    }

    private static func spawn(
        _ command: [String], environment: [String: String],
        streams: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        streams(&actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: Ctrl-C at the tests' terminal is not for the programs that they run.
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var processID: pid_t = 0
        let error = forking.withLock { _ in
            posix_spawnp(&processID, command[0], &actions, &attributes, arguments, variables)
        }
        guard error == 0 else {
            throw ChildProcess.Failure(description: "\(command[0]): \(String(cString: strerror(error)))")
        }
        return processID
    }

    // MARK: What it does

    /// What it has printed to standard output so far.
    public var output: String { String(decoding: outputBytes, as: UTF8.self) }
    /// What it has printed to standard error so far.
    public var errors: String { String(decoding: (try? Data(contentsOf: errorFile)) ?? Data(), as: UTF8.self) }
    private var outputBytes: Data { outputFile.flatMap { try? Data(contentsOf: $0) } ?? Data() }

    /// Whether it has not ended.
    public var isRunning: Bool { status == nil }

    private var status: Int32? {
        state.withLock { state in
            if state.status == nil {
                var status: Int32 = 0
                if waitpid(processID, &status, WNOHANG) == processID { state.status = status }
            }
            return state.status
        }
    }

    /// Gives it something to read; its input stays open.
    public func type(_ text: String) throws {
        try state.withLock { try $0.input?.write(contentsOf: Data(text.utf8)) }
    }

    /// Closes its input.
    public func endInput() throws {
        try state.withLock { state in
            try state.input?.close()
            state.input = nil
        }
    }

    /// Waits until it has printed `words` to standard output or error.
    public func prints(_ words: String, within limit: Duration = .seconds(30)) async throws {
        let hasPrinted = { self.output.contains(words) || self.errors.contains(words) }
        _ = try await eventually(within: limit) { hasPrinted() || !isRunning }
        guard hasPrinted() else { throw failure("has not printed \"\(words)\"") }
    }

    /// Waits for its end; kills it at the deadline.
    public func end(within limit: Duration = .seconds(60)) async throws -> ChildProcess {
        _ = try await eventually(within: limit) { !isRunning }
        guard let status else {
            kill()
            throw failure("has not ended within \(limit)")
        }
        let exitStatus = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
        return ChildProcess(status: exitStatus, outputBytes: outputBytes, errors: errors, duration: .now - start)
    }

    /// Sends it a signal, if it still runs.
    public func signal(_ number: Int32) {
        if isRunning { Foundation.kill(processID, number) }
    }

    /// Ends it at once, and waits for that.
    public func kill() {
        signal(SIGKILL)
        while isRunning { usleep(1000) }
    }

    /// Ends it, and what it has started, at once.
    public func killGroup() {
        Foundation.kill(-processID, SIGKILL)
    }

    private func failure(_ what: String) -> ChildProcess.Failure {
        let printed = String((output + errors).suffix(2000))
        return ChildProcess.Failure(description: "\(command.joined(separator: " ")) \(what): \(printed)")
    }
}
