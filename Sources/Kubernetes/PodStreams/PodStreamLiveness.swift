import NIOCore

/// Decides at each tick whether the peer is dead and what must be sent to keep the stream alive. A value without I/O.
///
/// The server has one read loop for everything: while the container doesn't read its stdin, pings stay unanswered.
/// Silence therefore counts only once a pong has shown that all input sent before it was read. Of a peer that dies in
/// between TCP knows more: it acknowledges nothing any more. (By itself TCP would give it up after a quarter of an hour.)
struct PodStreamLiveness {
    /// What a tick asks for.
    struct Duties {
        var isPeerDead: Bool
        /// Whether the peer may be dead, and only its TCP can tell: see ``PodStreamConfiguration/acknowledgementLimit``.
        var asksTCP: Bool
        var sendsData: Bool
        var pingPayload: [UInt8]
    }

    private let silenceLimit: TimeAmount
    private let dataIdleInterval: TimeAmount
    private var lastReceived: NIODeadline
    private var lastDataSent: NIODeadline
    private var pingsSent: UInt32 = 0
    /// The ping that shows, once answered, that all input was read; nil if that is known.
    private var confirmingPing: UInt32?

    init(configuration: PodStreamConfiguration, now: NIODeadline) {
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

    /// A ping interval has passed.
    mutating func tick(now: NIODeadline) -> Duties {
        let isSilent = now - lastReceived >= silenceLimit
        let sendsData = now - lastDataSent >= dataIdleInterval
        if sendsData { lastDataSent = now }
        pingsSent &+= 1
        let payload = (0..<4).map { UInt8(truncatingIfNeeded: pingsSent >> (24 - 8 * $0)) }
        return Duties(
            isPeerDead: isSilent && confirmingPing == nil, asksTCP: isSilent && confirmingPing != nil,
            sendsData: sendsData, pingPayload: payload)
    }
}

extension PodStreamConfiguration {
    /// How long the server may be silent, pongs included, before it is given up.
    var silenceLimit: Duration { pingInterval * unansweredPingLimit }
}
