import Foundation

/// A terminal that a program runs in, with tmux as its user.
struct Terminal {
    private let socket: String
    /// Gets the program's exit status.
    private let statusFile: URL

    /// Runs an `ssh` in a terminal; both end with `body`.
    static func with<Value>(
        _ ssh: SSH, command: String? = nil, columns: Int = 80, rows: Int = 24,
        _ body: (Terminal) async throws -> Value
    ) async throws -> Value {
        try await with(
            command: ssh.argv(command), environment: ssh.processEnvironment(), columns: columns, rows: rows, body)
    }

    /// Runs a program in a terminal; both end with `body`.
    static func with<Value>(
        command: [String], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24,
        _ body: (Terminal) async throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder.make()
        let settings = folder.appending(path: "tmux.conf")
        try Data(Self.settings.utf8).write(to: settings)
        let terminal = Terminal(
            socket: folder.appending(path: "tmux").path, statusFile: folder.appending(path: "status"))
        // tmux misses a program's end now and then, so it is not the one to ask for the exit status.
        let noted = ["sh", "-c", "\"$@\"; echo $? > \(terminal.statusFile.path)", "sh"] + command
        let variables = environment.flatMap { ["-e", "\($0.key)=\($0.value)"] }
        try await terminal.tmux(
            ["-f", settings.path, "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + variables + noted)
        do {
            let value = try await body(terminal)
            try await terminal.tmux(["kill-server"])
            return value
        } catch {
            _ = try? await terminal.tmux(["kill-server"])
            throw error
        }
    }

    private static let settings = """
        # What the program writes at its end stays on the screen.
        set -g remain-on-exit on
        set -g default-terminal tmux-256color
        set -g status off
        set -s escape-time 0

        """

    private init(socket: String, statusFile: URL) {
        self.socket = socket
        self.statusFile = statusFile
    }

    @discardableResult
    private func tmux(_ arguments: [String]) async throws -> String {
        let child = try await ChildProcess.run(["tmux", "-S", socket] + arguments, environment: ["TMUX": ""])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "tmux: \(child.errors)") }
        return child.output
    }

    // MARK: The user

    /// Types a line and presses Enter.
    func enter(_ line: String) async throws {
        try await type(line)
        try await press("Enter")
    }

    func type(_ text: String) async throws {
        try await tmux(["send-keys", "-l", "--", text])
    }

    /// Presses a key by tmux's name for it, such as `C-c`.
    func press(_ key: String) async throws {
        try await tmux(["send-keys", key])
    }

    func resize(columns: Int, rows: Int) async throws {
        try await tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What is on the screen, and what has scrolled off it.
    func screen() async throws -> String {
        try await tmux(["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// Waits until the screen shows `text`.
    func shows(_ text: String, within limit: Duration = .seconds(30)) async throws {
        guard try await eventually(within: limit, every: .milliseconds(30), { try await screen().contains(text) }) else {
            throw ChildProcess.Failure(description: "the terminal does not show \"\(text)\" but:\n\(try await screen())")
        }
    }

    /// Waits for the shell's prompt.
    func showsPrompt() async throws {
        let isThere = try await eventually(within: .seconds(60), every: .milliseconds(30)) {
            try await screen().trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("$")
        }
        guard isThere else {
            throw ChildProcess.Failure(description: "the terminal shows no prompt but:\n\(try await screen())")
        }
    }

    /// Waits for the program's end; its exit status.
    func exitStatus(within limit: Duration = .seconds(30)) async throws -> Int? {
        var status = ""
        let hasEnded = try await eventually(within: limit) {
            status = (try? String(contentsOf: statusFile, encoding: .utf8)) ?? ""
            return status.hasSuffix("\n")
        }
        guard hasEnded else {
            throw ChildProcess.Failure(description: "the program has not ended; the terminal shows:\n\(try await screen())")
        }
        return Int(status.dropLast())
    }
}
