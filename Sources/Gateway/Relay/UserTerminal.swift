import Logging
import SSHServer

/// Where the gateway itself speaks to the user: always the channel's standard error, so that standard output carries
/// the command's bytes and nothing else.
struct UserTerminal: Sendable {
    let channel: ClientChannel
    /// In messages about failures and in the log, for whoever looks the failure up.
    let id: String
    /// Whether somebody reads along: a pty was asked for.
    let hasTerminal: Bool
    private let speaksOfProgress: Bool

    init(channel: ClientChannel, request: SessionRequest, id: String) {
        self.channel = channel
        self.id = id
        hasTerminal = request.terminal != nil
        // A subsystem's client may not be prepared for words.
        speaksOfProgress = if case .subsystem = request.program { false } else { true }
    }

    /// A line about what goes on; not for subsystems.
    func say(_ text: String) async {
        if speaksOfProgress { await write(text) }
    }

    /// A line in the middle of the user's work, on a line of its own and with a bell; for terminals only.
    func interrupt(_ text: String) async {
        guard hasTerminal else { return }
        try? await channel.write(Array("\u{7}\r\nlabgate: \(Self.printable(text))\r\n".utf8), to: .standardError)
    }

    /// The last line of a lab session that the gateway had to end, and the exit report that says so.
    func fail(_ failure: LabSessionFailure, _ logger: Logger) async -> ExitReport {
        logger.labSessionFailed(failure.description)
        await write("\(failure.description) [\(id)]")
        return failure.report
    }

    private func write(_ text: String) async {
        // The client's terminal is raw while it has a pty: a bare LF would not return the carriage.
        let end = hasTerminal ? "\r\n" : "\n"
        try? await channel.write(Array("labgate: \(Self.printable(text))\(end)".utf8), to: .standardError)
    }

    /// Words of others (a registry, an image) must not steer the user's terminal.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
