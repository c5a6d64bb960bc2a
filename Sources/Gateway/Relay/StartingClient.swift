import SSHServer
import Synchronization

/// The client while its lab starts: it may go, lose patience, resize its terminal, or type ahead.
final class StartingClient: Sendable {
    /// Why nobody waits any more.
    struct Gone: Error {}

    /// What is kept of typing ahead; the rest stays with the client until the program reads.
    private static let maximumTypedByteCount = 4096
    /// Ctrl-C.
    private static let interrupt: UInt8 = 3

    private let channel: ClientChannel
    private let hasTerminal: Bool
    private let state: Mutex<State>

    private struct State {
        var size: (columns: Int, rows: Int)?
        var typed: [UInt8] = []
    }

    init(channel: ClientChannel, terminal: PseudoTerminal?) {
        self.channel = channel
        hasTerminal = terminal != nil
        state = Mutex(State(size: terminal.map { ($0.columns, $0.rows) }))
    }

    /// The terminal's size as last told; nil without a terminal, or if its client does not know.
    var size: (columns: Int, rows: Int)? {
        state.withLock { $0.size }.flatMap { $0.columns > 0 && $0.rows > 0 ? $0 : nil }
    }

    /// What was typed, to be given to the program.
    func takeTyped() -> [UInt8] {
        state.withLock { state in
            defer { state.typed = [] }
            return state.typed
        }
    }

    /// Runs `work` while the client waits for it.
    ///
    /// - Throws: `Gone`, or what `work` throws.
    func wait<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        var watchers: [@Sendable () async throws -> Void] = [{ try await self.watchEvents() }]
        if hasTerminal { watchers.append { try await self.watchTyping() } }
        return try await working(watchedBy: watchers, work)
    }

    private func watchEvents() async throws {
        while let event = await channel.nextEvent() {
            switch event {
            case .windowChange(let columns, let rows): state.withLock { $0.size = (columns, rows) }
            case .signal(name: "INT"), .signal(name: "TERM"), .signal(name: "HUP"): throw Gone()
            case .signal, .outputUnwanted: break
            }
        }
        if !Task.isCancelled { throw Gone() }
    }

    private func watchTyping() async throws {
        while state.withLock({ $0.typed.count }) < Self.maximumTypedByteCount, let bytes = await channel.read() {
            if bytes.contains(Self.interrupt) { throw Gone() }
            state.withLock { $0.typed += bytes }
        }
    }
}
