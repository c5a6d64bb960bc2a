/// A channel's state, owned by its connection and used on the connection's event loop only.
final class Channel {
    /// The channel's type.
    enum Kind {
        /// RFC 4254 §6.1.
        case session
        /// RFC 4254 §7.2.
        case directTCPIP
    }

    enum Phase {
        /// A session channel with what was asked for so far; nothing runs yet.
        case opening(terminal: PseudoTerminal?, environment: [(name: String, value: String)])
        /// Served by a task.
        case running
        /// Served; what was written is being sent, then CLOSE follows, after the report if it is a session channel.
        case ending(ExitReport?)
        /// CLOSE was sent; waits for the peer's.
        case closed
    }

    /// Someone who waits, and the ticket by which a late cancellation finds him and nobody else.
    struct Waiter<Value> {
        let ticket: UInt64
        let continuation: CheckedContinuation<Value, Never>
    }

    /// A write that the peer's window did not take whole yet.
    struct PendingWrite {
        var rest: ArraySlice<UInt8>
        let stream: OutputStream
        let waiter: Waiter<Bool>
    }

    /// `env` requests and their bytes that one channel may collect; OpenSSH's clients send a handful.
    static let maximumEnvironmentCount = 64
    static let maximumEnvironmentByteCount = 16 * 1024

    /// Input that may come before the program is asked for; nobody is known to send any.
    static let maximumEarlyByteCount = 64 * 1024

    let id: Int
    let kind: Kind
    let ssh: LibSSHChannel
    var phase: Phase

    /// Whether whoever serves the channel wants no more input.
    var isReadingOver = false
    var reader: Waiter<[UInt8]?>?
    var eventReader: Waiter<SessionEvent?>?
    /// The latest `window-change` that nobody was told of yet.
    var windowChange: SessionEvent?
    /// Set when the client wants no more output, until somebody was told.
    var isOutputUnwanted = false
    /// Signals that nobody was told of yet.
    var signals: [String] = []
    /// Bounded by the number of writers, each of which waits for its own.
    var writes: [PendingWrite] = []

    init(id: Int, kind: Kind, ssh: LibSSHChannel) {
        self.id = id
        self.kind = kind
        phase = kind == .session ? .opening(terminal: nil, environment: []) : .running
        self.ssh = ssh
    }

    /// Whether nobody reads any more what the peer sends.
    var isEnded: Bool {
        switch phase {
        case .opening, .running: isReadingOver
        case .ending, .closed: true
        }
    }

    /// Whether the peer has closed its side, or the connection is gone.
    var isClosedByPeer: Bool { ssh.isClosedByPeer }

    /// Whether there will be no more input.
    var isInputOver: Bool { isReadingOver || ssh.isAtEndOfInput || (isClosedByPeer && !ssh.hasUnreadInput) }

    /// Whether both sides have closed it.
    var isOver: Bool {
        if case .closed = phase { isClosedByPeer } else { false }
    }

    /// The next event, if there is one.
    func takeEvent() -> SessionEvent? {
        if let change = windowChange {
            windowChange = nil
            return change
        }
        if isOutputUnwanted {
            isOutputUnwanted = false
            return .outputUnwanted
        }
        signals += ssh.takeSignals()
        return signals.isEmpty ? nil : .signal(name: signals.removeFirst())
    }

    /// Lets everyone who waits go: the channel is over.
    func abandon() {
        reader?.continuation.resume(returning: nil)
        eventReader?.continuation.resume(returning: nil)
        for write in writes { write.waiter.continuation.resume(returning: false) }
        reader = nil
        eventReader = nil
        writes = []
    }

    /// Lets the one who waits with `ticket` go, if he still does.
    func cancel(_ ticket: UInt64) {
        if let reader, reader.ticket == ticket {
            self.reader = nil
            reader.continuation.resume(returning: nil)
        }
        if let eventReader, eventReader.ticket == ticket {
            self.eventReader = nil
            eventReader.continuation.resume(returning: nil)
        }
        if let index = writes.firstIndex(where: { $0.waiter.ticket == ticket }) {
            writes.remove(at: index).waiter.continuation.resume(returning: false)
        }
    }
}
