import SSHServer

/// Waits until the far side of a port-forward is connected, for which the protocol has no word.
///
/// 1. The stream gives a sign at any time: bytes from the far side, or its end, with the reason if it has failed.
/// 2. The failure of a port on which nothing listens comes within a moment, mostly. (The lab is not bothered with it:
///    some clients try again and again until their server is up.)
/// 3. After that moment the lab is asked how the port takes connections. Where it cannot tell, the moment has to do.
struct Confirmation: Sendable {
    let port: UInt16
    /// How long opening the stream took.
    let openingTime: Duration
    /// Returns when the stream has given a sign.
    let sign: @Sendable () async -> Void
    /// Asks the lab; nil if it cannot tell.
    let ask: @Sendable () async -> PortState?

    /// A failure comes about 1 ms after the stream has opened, on a node that is not busy. It is given as much time as
    /// opening the stream took, within these bounds.
    private static let settlingTimes = Duration.milliseconds(10)...Duration.milliseconds(250)
    /// Between two questions to the lab: where nothing listens, it is the failure that is waited for.
    var pause: Duration = .seconds(1)
    /// For so long a connection may wait to be taken. ``ForwardingCommand`` has the same patience.
    var limit: Duration = .seconds(10)

    private enum Finding {
        case sign
        case state(PortState?)
        case nothing
    }

    /// Returns when the far side is connected or the stream has given a sign.
    ///
    /// - Throws: `ForwardingRefusal` if neither is the case for too long.
    func wait() async throws(ForwardingRefusal) {
        let deadline = ContinuousClock.now + limit
        var pause = min(max(openingTime, Self.settlingTimes.lowerBound), Self.settlingTimes.upperBound)
        while true {
            if case .sign = await first({ [pause] in await Self.sleep(pause) }) { return }
            guard case .state(let state?) = await first({ .state(await ask()) }), state != .open else { return }
            guard ContinuousClock.now < deadline else { throw refusal(state) }
            pause = self.pause
        }
    }

    private func refusal(_ state: PortState) -> ForwardingRefusal {
        state == .busy
            ? .noAnswer(of: port) : .nothingListens(on: port)
    }

    /// What comes first: a sign of the stream, or what `search` finds.
    private func first(_ search: @escaping @Sendable () async -> Finding) async -> Finding {
        await withTaskGroup(of: Finding.self) { findings in
            findings.addTask {
                await sign()
                return .sign
            }
            findings.addTask { await search() }
            defer { findings.cancelAll() }
            return await findings.next() ?? .sign
        }
    }

    private static func sleep(_ pause: Duration) async -> Finding {
        (try? await Task.sleep(for: pause)) == nil ? .sign : .nothing
    }
}

extension ForwardingRefusal {
    /// Nothing in the lab takes connections on the port.
    static func nothingListens(on port: UInt16) -> ForwardingRefusal {
        ForwardingRefusal("nothing listens on port \(port) in your lab")
    }

    static func noAnswer(of port: UInt16) -> ForwardingRefusal {
        ForwardingRefusal("port \(port) in your lab does not answer")
    }
}
