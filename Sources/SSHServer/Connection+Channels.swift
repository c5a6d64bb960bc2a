/// Channels (RFC 4254 §5 to §7): their requests, their bytes, their end.
extension Connection {
    // MARK: Requests

    func openSession(_ message: LibSSHMessage) {
        guard count(of: .session) < configuration.maximumChannels else { return message.refuse() }
        accept(message, as: .session, takeChannelID())
    }

    private func accept(_ message: LibSSHMessage, as kind: Channel.Kind, _ id: Int) {
        guard let ssh = message.acceptChannel() else { return close("libssh is out of memory") }
        guard ssh.isSafeToWrite else { return close("the client's maximum packet size is too small") }
        channels.append(Channel(id: id, kind: kind, ssh: ssh))
    }

    private func count(of kind: Channel.Kind) -> Int {
        channels.count { $0.kind == kind }
    }

    private func takeChannelID() -> Int {
        defer { nextChannelID += 1 }
        return nextChannelID
    }

    func handle(_ request: LibSSHMessage.ChannelRequest, _ message: LibSSHMessage) {
        guard let channel = channels.first(where: { unsafe $0.ssh.is(message.channel) }) else { return }
        // Clients expect no answer after a CLOSE (RFC 4254 §5.3), and PuTTY ends the connection when one comes.
        if case .closed = channel.phase { return }
        switch (channel.phase, request) {
        case (.opening(nil, let environment), .pseudoTerminal(let terminal)):
            channel.phase = .opening(terminal: terminal, environment: environment)
            message.acceptChannelRequest()
        case (.opening(let terminal, let environment), .environment(let name, let value)):
            let collected = environment + [(name: name, value: value)]
            guard Self.isBounded(collected) else { return message.refuse() }
            channel.phase = .opening(terminal: terminal, environment: collected)
            message.acceptChannelRequest()
        case (.opening, .shell):
            start(.shell, channel, message)
        case (.opening, .exec(let command)):
            start(.exec(command: command), channel, message)
        case (.opening, .subsystem(let name)):
            start(.subsystem(name: name), channel, message)
        case (.opening(.some(var terminal), let environment), .windowChange(let columns, let rows)):
            (terminal.columns, terminal.rows) = (columns, rows)
            channel.phase = .opening(terminal: terminal, environment: environment)
        case (.running, .windowChange(let columns, let rows)):
            channel.windowChange = .windowChange(columns: columns, rows: rows)
        case (.running, .other):
            channel.isOutputUnwanted = channel.isOutputUnwanted || isEndOfWrite(message)
        default:
            message.refuse()
        }
    }

    /// Refuses a request that libssh does not know, and tells whether it was `eow@openssh.com`. libssh keeps the name to
    /// itself, but of those that OpenSSH's client sends to a running program this is the only one that wants no reply,
    /// besides `break`, which is for terminals.
    private func isEndOfWrite(_ message: LibSSHMessage) -> Bool {
        guard let session else { return false }
        let count = session.sentPacketCount
        message.refuse()
        return session.sentPacketCount == count && session.peerVersion?.hasPrefix("SSH-2.0-OpenSSH_") == true
    }

    private static func isBounded(_ environment: [(name: String, value: String)]) -> Bool {
        environment.count <= Channel.maximumEnvironmentCount
            && environment.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
                <= Channel.maximumEnvironmentByteCount
    }

    /// Accepts at once and lets the task report whatever goes wrong later: a client that waits for this answer shows
    /// nothing, and a cold start takes its time.
    private func start(_ program: SessionRequest.Program, _ channel: Channel, _ message: LibSSHMessage) {
        guard case .opening(let terminal, let environment) = channel.phase else { return message.refuse() }
        let request = SessionRequest(program: program, terminal: terminal, environment: environment)
        guard askToServe(ClientChannel(connection: self, id: channel.id), request) else { return message.refuse() }
        channel.phase = .running
        message.acceptChannelRequest()
    }

    // MARK: Forwarding

    /// Leaves the answer to a task: it is due when the far side is connected.
    func openForwarding(
        _ message: LibSSHMessage, destination: (host: String, port: Int), originator: (host: String, port: Int)
    ) {
        guard count(of: .directTCPIP) + forwardings.count < configuration.maximumForwardedChannels else {
            return message.refuse()
        }
        let request = ForwardingRequest(
            connection: self, id: takeChannelID(), destination: destination, originator: originator)
        guard askToForward(request) else { return message.refuse() }
        forwardings[request.id] = PendingForwarding(message: message)
    }

    /// Waits until the client of a forwarding is gone.
    ///
    /// - Returns: false if the forwarding is answered first, or on cancellation.
    func waitUntilGone(_ id: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard forwardings[id] != nil, !Task.isCancelled else { return continuation.resume(returning: isClosed) }
                forwardings[id]?.watcher = continuation
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.forwardings[id]?.watcher.take()?.resume(returning: false) } }
        }
    }

    private var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// Takes the client's request, which is answered now.
    private func takeForwarding(_ id: Int) -> LibSSHMessage? {
        guard let forwarding = forwardings.removeValue(forKey: id) else { return nil }
        forwarding.watcher?.resume(returning: false)
        return forwarding.message
    }

    /// - Returns: false when the client is gone.
    func acceptForwarding(_ id: Int) -> Bool {
        guard let message = takeForwarding(id) else { return false }
        accept(message, as: .directTCPIP, id)
        settle()
        return channel(id) != nil
    }

    /// The forwarding's task has ended: closes the channel, or refuses to open it.
    func finishForwarding(_ id: Int, because reason: String? = nil) {
        guard let message = takeForwarding(id) else { return finish(id, with: nil) }
        if let reason { session?.sendDebug("labgate: \(reason)") }
        message.refuse()
        settle()
        closeIfIdle()
    }

    // MARK: Input and events

    func read(from id: Int) async -> [UInt8]? {
        guard let channel = channel(id), !Task.isCancelled else { return nil }
        if let bytes = takeInput(channel) {
            // Reading may have opened the peer's window, which is a packet to send.
            updateInterest()
            await makeWay(after: bytes.count)
            return bytes
        }
        guard !channel.isInputOver else { return nil }
        return await wait(for: channel, otherwise: nil) { waiter in
            channel.reader?.continuation.resume(returning: nil)
            channel.reader = waiter
            deliver(channel)
        }
    }

    func endReading(of id: Int) {
        guard let channel = channel(id) else { return }
        channel.isReadingOver = true
        deliver(channel)
    }

    func nextEvent(of id: Int) async -> SessionEvent? {
        guard let channel = channel(id), !Task.isCancelled else { return nil }
        if let event = channel.takeEvent() { return event }
        guard !channel.isClosedByPeer else { return nil }
        return await wait(for: channel, otherwise: nil) { waiter in
            channel.eventReader?.continuation.resume(returning: nil)
            channel.eventReader = waiter
            deliver(channel)
        }
    }

    /// Waits until the one that `enter` puts into the channel is resumed, or let go by a cancellation.
    ///
    /// The runtime may let others run between a caller's look at the channel and `enter`, which therefore has to look
    /// again; when the channel or the task is over by then, the answer is `nothing`.
    private func wait<Value: Sendable>(
        for channel: Channel, otherwise nothing: Value, enter: (Channel.Waiter<Value>) -> Void
    ) async -> Value {
        let (id, ticket) = (channel.id, nextTicket)
        nextTicket += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard self.channel(id) != nil, !Task.isCancelled else { return continuation.resume(returning: nothing) }
                enter(Channel.Waiter(ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.channel(id)?.cancel(ticket) } }
        }
    }

    /// Bytes that readers and writers of a connection may pass without waiting until the others of its loop have
    /// their turn. A call counts as one KiB more than its bytes, so that tiny ones count too.
    private static let maximumUnyieldedByteCount = 256 * 1024

    private func makeWay(after byteCount: Int) async {
        unyieldedByteCount += byteCount + 1024
        guard unyieldedByteCount > Self.maximumUnyieldedByteCount else { return }
        unyieldedByteCount = 0
        await Task.yield()
    }

    /// Hands what has arrived to whoever waits for it.
    func deliver(_ channel: Channel) {
        guard !channel.ssh.isFlooded else { return close("the client ignores a channel's window") }
        if case .opening = channel.phase, channel.ssh.unreadByteCount > Channel.maximumEarlyByteCount {
            return close("the client sends input to a channel without a program")
        }
        if let reader = channel.reader {
            if let bytes = takeInput(channel) {
                channel.reader = nil
                reader.continuation.resume(returning: bytes)
            } else if channel.isInputOver {
                channel.reader = nil
                reader.continuation.resume(returning: nil)
            }
        }
        if let eventReader = channel.eventReader, let event = channel.takeEvent() {
            channel.eventReader = nil
            eventReader.continuation.resume(returning: event)
        }
        if channel.isClosedByPeer { closedByPeer(channel) }
    }

    private func closedByPeer(_ channel: Channel) {
        channel.abandon()
        // Nobody serves it yet who would end it.
        guard case .opening = channel.phase else { return }
        channel.phase = .closed
        channel.ssh.sendEndOfFile()
        channel.ssh.close()
    }

    private func takeInput(_ channel: Channel) -> [UInt8]? {
        guard !channel.isReadingOver else { return nil }
        let bytes = channel.ssh.read(maximum: ClientChannel.maximumReadByteCount)
        return bytes.isEmpty ? nil : bytes
    }

    // MARK: Output

    /// - Returns: false when the client has gone, or on cancellation while it takes nothing.
    func write(_ bytes: [UInt8], to stream: OutputStream, of id: Int) async -> Bool {
        guard let channel = channel(id), !channel.isClosedByPeer else { return false }
        var rest = bytes[...]
        if channel.writes.isEmpty {
            guard push(&rest, to: stream, of: channel) else {
                // libssh may have closed the socket in the attempt.
                updateInterest()
                return false
            }
            if rest.count < bytes.count { afterPush() }
        }
        if rest.isEmpty {
            await makeWay(after: bytes.count)
            return true
        }
        return await wait(for: channel, otherwise: false) { waiter in
            channel.writes.append(Channel.PendingWrite(rest: rest, stream: stream, waiter: waiter))
            settle()
        }
    }

    /// Lets libssh see that the socket has taken the output, which otherwise costs a round of the loop and two
    /// epoll_ctl(2), and acts on what came in meanwhile.
    private func afterPush() {
        guard let session else { return }
        if session.poll() { settle() } else { close("the client has gone") }
    }

    /// Sends what waits, as far as the network and the peer's windows allow.
    func pumpOutput() {
        for channel in channelsInTurn {
            while !channel.writes.isEmpty {
                // Out of the array while libssh may call back (no exclusive access across its calls).
                var write = channel.writes.removeFirst()
                let isAlive = push(&write.rest, to: write.stream, of: channel)
                guard write.rest.isEmpty || !isAlive else {
                    channel.writes.insert(write, at: 0)
                    break
                }
                write.waiter.continuation.resume(returning: isAlive)
            }
            if channel.writes.isEmpty, case .ending(let report) = channel.phase { sendEnd(report, of: channel) }
        }
    }

    /// The channels, those after the last sender first: a shell's echo does not wait for the end of a download.
    private var channelsInTurn: [Channel] {
        guard let next = channels.firstIndex(where: { $0.id > lastSender }), next > 0 else { return channels }
        return Array(channels[next...] + channels[..<next])
    }

    /// Gives libssh one piece, if what it was given before is on its way.
    ///
    /// - Returns: false when the channel cannot be written to any more.
    private func push(_ rest: inout ArraySlice<UInt8>, to stream: OutputStream, of channel: Channel) -> Bool {
        guard let session else { return false }
        guard !rest.isEmpty, !session.hasUnsentOutput, channel.ssh.windowSize > 0 else {
            return !channel.isClosedByPeer
        }
        lastSender = channel.id
        switch channel.ssh.write(rest.prefix(Self.maximumPieceByteCount), to: stream) {
        case .taken(let count):
            rest = rest.dropFirst(count)
            return true
        case .failed:
            return false
        }
    }

    /// Given to libssh in one call: the best trade-off between rate and the memory that libssh keeps per connection.
    private static let maximumPieceByteCount = 32 * 1024 - 10

    // MARK: The end

    /// The channel's task has ended: sends EOF, the report and CLOSE behind whatever is still to be sent.
    func finish(_ id: Int, with report: ExitReport?) {
        guard let channel = channel(id) else { return }
        channel.phase = .ending(report)
        settle()
    }

    private func sendEnd(_ report: ExitReport?, of channel: Channel) {
        channel.phase = .closed
        channel.ssh.dropInput()
        channel.ssh.sendEndOfFile()
        if let report, !channel.isClosedByPeer { channel.ssh.send(report) }
        channel.ssh.close()
    }

    private func channel(_ id: Int) -> Channel? {
        channels.first { $0.id == id }
    }
}
