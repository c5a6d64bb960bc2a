import NIOCore

/// Decides at each tick whether the peer is dead and what must be sent to keep the stream alive. A value without I/O.
///
/// The server has one read loop for everything: while the container doesn't read its stdin, pings stay unanswered.
/// Silence therefore counts only once a pong has shown that all input sent before it was read. Of a peer that dies in
/// between TCP knows more: it acknowledges nothing any more. (By itself TCP would give it up after a quarter of an hour.)
///
/// A ping is only sent where nothing comes. It goes all the way to the container runtime (up to Kubernetes 1.29), and a
/// runtime that has closed its end behind the last output answers it with a reset, at which every hop drops what it still
/// holds of that output for a slow reader. Bytes that come keep a connection as alive as pings do.
struct PodStreamLiveness {
    /// What a tick asks for.
    struct Duties {
        var isPeerDead: Bool
        /// Whether the peer may be dead, and only its TCP can tell: see ``PodStreamConfiguration/acknowledgementLimit``.
        var asksTCP: Bool
        var sendsData: Bool
        /// Nil if the stream needs no ping.
        var pingPayload: [UInt8]?
        /// When the next tick is due: never longer than a ping interval after the last bytes.
        var nextTick: NIODeadline
    }

    private let pingInterval: TimeAmount
    private let silenceLimit: TimeAmount
    private let dataIdleInterval: TimeAmount
    private var lastReceived: NIODeadline
    private var lastDataSent: NIODeadline
    private var pingsSent: UInt32 = 0
    /// The ping that shows, once answered, that all input was read; nil if that is known.
    private var confirmingPing: UInt32?

    init(configuration: PodStreamConfiguration, now: NIODeadline) {
        pingInterval = TimeAmount(configuration.pingInterval)
        silenceLimit = TimeAmount(configuration.silenceLimit)
        dataIdleInterval = TimeAmount(configuration.dataIdleInterval)
        lastReceived = now
        lastDataSent = now
    }

    /// Any bytes came in, or none could as we did not read.
    mutating func receivedBytes(now: NIODeadline) {
        lastReceived = now
    }

    /// The peer answered the ping of this payload.
    mutating func receivedPong(_ payload: [UInt8]) {
        guard payload.count == 4, let confirmingPing else { return }
        let number = payload.reduce(0) { $0 << 8 | UInt32($1) }
        if number >= confirmingPing { self.confirmingPing = nil }
    }

    /// A data message goes out.
    mutating func sentData(now: NIODeadline) {
        lastDataSent = now
        confirmingPing = pingsSent + 1
    }

    /// It is time for a ping, if nothing has come lately.
    mutating func tick(now: NIODeadline) -> Duties {
        let silence = now - lastReceived
        let isSilent = silence >= silenceLimit
        // The answer to the last ping is almost as old as that, and no reason to wait on.
        let needsPing = 2 * silence >= pingInterval
        let sendsData = now - lastDataSent >= dataIdleInterval
        if sendsData { lastDataSent = now }
        return Duties(
            isPeerDead: isSilent && confirmingPing == nil, asksTCP: isSilent && confirmingPing != nil,
            sendsData: sendsData, pingPayload: needsPing ? nextPing() : nil,
            nextTick: (needsPing ? now : lastReceived) + pingInterval)
    }

    /// The number of the next ping, in network byte order.
    private mutating func nextPing() -> [UInt8] {
        pingsSent &+= 1
        return (0..<4).map { UInt8(truncatingIfNeeded: pingsSent >> (24 - 8 * $0)) }
    }
}

extension PodStreamConfiguration {
    /// How long the server may be silent, pongs included, before it is given up.
    var silenceLimit: Duration { pingInterval * unansweredPingLimit }
}
