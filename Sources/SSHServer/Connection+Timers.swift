/// What happens because nothing happens: the login grace time and keepalives.
extension Connection {
    /// Keepalives sent since the peer last gave a sign of life, and how many packets it had sent then.
    struct Silence {
        var unanswered = 0
        var packetCount: UInt64 = 0
    }

    /// Ends the connection when nobody logs in in time, and when the peer is gone without a word.
    func watch() async {
        let deadline = ContinuousClock.now + configuration.loginGraceTime
        while true {
            let untilDeadline = isAuthenticated ? configuration.keepaliveInterval : deadline - .now
            let pause = min(configuration.keepaliveInterval, untilDeadline)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            if isAuthenticated {
                checkPeer()
            } else if ContinuousClock.now >= deadline {
                return close("nobody has logged in in time")
            }
        }
    }

    private var isAuthenticated: Bool {
        if case .open = phase { true } else { false }
    }

    /// Asks a silent peer for a sign of life, and gives it up when it shows none. Any packet is one.
    private func checkPeer() {
        guard let session else { return }
        guard session.receivedPacketCount == silence.packetCount else {
            silence = Silence(packetCount: session.receivedPacketCount)
            return
        }
        guard silence.unanswered < configuration.keepaliveCountMaximum else {
            return close(
                isOverfilled
                    ? "too much input waits for programs that do not read it"
                    : "the client has not answered for too long")
        }
        silence.unanswered += 1
        // Of an answer nothing would be seen, and libssh reads a little more of the socket with each question.
        guard !isOverfilled else { return }
        session.sendKeepalive()
        settle()
    }
}
