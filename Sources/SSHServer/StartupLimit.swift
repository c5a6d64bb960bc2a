import Synchronization

/// The connections that are not authenticated yet, of which there may be so many (OpenSSH's MaxStartups).
///
/// When there are too many, who dawdles has to go: the oldest, of the network that has most of them. So nobody can lock
/// the others out by connecting and saying nothing. Who has come so far as to log in goes only if many are of the same
/// network.
final class StartupLimit: Sendable {
    /// What a connection holds from being accepted to its login.
    typealias Place = UInt64

    /// How far a connection has come.
    private enum Stage {
        /// Nothing serves it yet.
        case accepted
        case exchangingKeys(turnOut: @Sendable () -> Void)
        case authenticating(turnOut: @Sendable () -> Void)
        /// Waits for this side.
        case waiting(turnOut: @Sendable () -> Void)
    }

    private struct Startup {
        let network: String
        let since: ContinuousClock.Instant
        var stage: Stage
    }

    private struct State {
        var startups: [Place: Startup] = [:]
        var next: Place = 0
        /// Nobody is looked for before then: a look takes a while, and a flood would have thousands.
        var nextLook: ContinuousClock.Instant?
    }

    /// After this a connection may be turned out for another: clients exchange keys within a second, and people type a
    /// password within half a minute.
    private static let (keyPatience, loginPatience) = (Duration.seconds(3), Duration.seconds(30))

    /// Between two looks of which the first has found nobody.
    private static let lookInterval = Duration.milliseconds(100)

    /// Connections that may be unauthenticated at a time.
    let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes a place, if need be that of another, which is turned out.
    ///
    /// - Returns: nil if there is none.
    func enter(from network: String, now: ContinuousClock.Instant = .now) -> Place? {
        let (place, turnOut) = state.withLock { state -> (Place?, (@Sendable () -> Void)?) in
            var turnOut: (@Sendable () -> Void)?
            if state.startups.count >= maximum {
                if let next = state.nextLook, now < next { return (nil, nil) }
                guard let dawdler = dawdler(state.startups, now) else {
                    state.nextLook = now + Self.lookInterval
                    return (nil, nil)
                }
                state.startups[dawdler.place] = nil
                turnOut = dawdler.turnOut
            }
            state.next += 1
            state.startups[state.next] = Startup(network: network, since: now, stage: .accepted)
            return (state.next, turnOut)
        }
        turnOut?()
        return place
    }

    /// Says how to turn a connection out, which is exchanging keys now.
    func begin(_ place: Place, turnOut: @escaping @Sendable () -> Void) {
        state.withLock { $0.startups[place]?.stage = .exchangingKeys(turnOut: turnOut) }
    }

    /// A connection has its keys, or an answer: what comes next is the client's to say.
    func noteTurn(_ place: Place) {
        change(place) { .authenticating(turnOut: $0) }
    }

    /// A connection has asked something, and waits for the answer.
    func noteQuestion(_ place: Place) {
        change(place) { .waiting(turnOut: $0) }
    }

    private func change(_ place: Place, _ stage: (@escaping @Sendable () -> Void) -> Stage) {
        state.withLock { state in
            switch state.startups[place]?.stage {
            case .exchangingKeys(let turnOut), .authenticating(let turnOut), .waiting(let turnOut):
                state.startups[place]?.stage = stage(turnOut)
            case .accepted, nil: break
            }
        }
    }

    /// A connection is authenticated, or gone.
    func leave(_ place: Place) {
        state.withLock { $0.startups[place] = nil }
    }

    private func dawdler(
        _ startups: [Place: Startup], _ now: ContinuousClock.Instant
    ) -> (place: Place, turnOut: @Sendable () -> Void)? {
        let crowds = Dictionary(grouping: startups) { $0.value.network }
        // Of a class behind one address hundreds type at a time, of a few others nobody is in the way.
        let dawdlers = crowds.values.map { crowd in
            crowd.compactMap { place, startup in
                Self.turnOut(startup, isOfCrowd: crowd.count * 8 >= maximum, now).map { (place: place, turnOut: $0) }
            }
        }
        return dawdlers.max { $0.count < $1.count }?.min { $0.place < $1.place }
    }

    /// How to turn a connection out; nil if it does not dawdle.
    private static func turnOut(
        _ startup: Startup, isOfCrowd: Bool, _ now: ContinuousClock.Instant
    ) -> (@Sendable () -> Void)? {
        switch startup.stage {
        case .exchangingKeys(let turnOut) where now - startup.since >= keyPatience: turnOut
        case .authenticating(let turnOut) where isOfCrowd && now - startup.since >= loginPatience: turnOut
        default: nil
        }
    }
}
