import Synchronization

/// The connections that are not authenticated yet, of which there may be so many (OpenSSH's MaxStartups).
///
/// When there are too many, who dawdles has to go: the oldest, of the address that has most of them. So nobody can lock
/// the others out by connecting and saying nothing.
final class StartupLimit: Sendable {
    /// What a connection holds from being accepted to its login.
    typealias Place = UInt64

    /// How far a connection has come.
    private enum Stage {
        /// Nothing serves it yet.
        case accepted
        case exchangingKeys(turnOut: @Sendable () -> Void)
        case authenticating(turnOut: @Sendable () -> Void)
    }

    private struct Startup {
        let address: String
        let since: ContinuousClock.Instant
        var stage: Stage
    }

    private struct State {
        var startups: [Place: Startup] = [:]
        var next: Place = 0
    }

    /// After this a connection may be turned out for another: clients exchange keys within a second, and people type a
    /// password within half a minute.
    private static let (keyPatience, loginPatience) = (Duration.seconds(3), Duration.seconds(30))

    /// Connections that may be unauthenticated at a time.
    let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes a place, if need be that of another, which is turned out.
    ///
    /// - Returns: nil if there is none.
    func enter(from address: String, now: ContinuousClock.Instant = .now) -> Place? {
        let (place, turnOut) = state.withLock { state -> (Place?, (@Sendable () -> Void)?) in
            var turnOut: (@Sendable () -> Void)?
            if state.startups.count >= maximum {
                guard let dawdler = Self.dawdler(state.startups, now) else { return (nil, nil) }
                state.startups[dawdler.place] = nil
                turnOut = dawdler.turnOut
            }
            state.next += 1
            state.startups[state.next] = Startup(address: address, since: now, stage: .accepted)
            return (state.next, turnOut)
        }
        turnOut?()
        return place
    }

    /// Says how to turn a connection out, which is exchanging keys now.
    func begin(_ place: Place, turnOut: @escaping @Sendable () -> Void) {
        state.withLock { $0.startups[place]?.stage = .exchangingKeys(turnOut: turnOut) }
    }

    /// A connection has its keys.
    func noteKeys(_ place: Place) {
        state.withLock { state in
            guard case .exchangingKeys(let turnOut)? = state.startups[place]?.stage else { return }
            state.startups[place]?.stage = .authenticating(turnOut: turnOut)
        }
    }

    /// A connection is authenticated, or gone.
    func leave(_ place: Place) {
        state.withLock { $0.startups[place] = nil }
    }

    /// Who is to be turned out.
    private struct Dawdler {
        let address: String
        let place: Place
        let turnOut: @Sendable () -> Void

        init?(_ place: Place, _ startup: Startup, _ now: ContinuousClock.Instant) {
            switch startup.stage {
            case .exchangingKeys(let turnOut) where now - startup.since >= keyPatience: self.turnOut = turnOut
            case .authenticating(let turnOut) where now - startup.since >= loginPatience: self.turnOut = turnOut
            default: return nil
            }
            address = startup.address
            self.place = place
        }
    }

    private static func dawdler(_ startups: [Place: Startup], _ now: ContinuousClock.Instant) -> Dawdler? {
        let dawdlers = Dictionary(grouping: startups.compactMap { Dawdler($0, $1, now) }, by: \.address)
        return dawdlers.values.max { $0.count < $1.count }?.min { $0.place < $1.place }
    }
}
