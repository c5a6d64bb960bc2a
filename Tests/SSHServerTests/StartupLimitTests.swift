import Synchronization
import Testing

@testable import SSHServer

@Suite("Places of those who are not authenticated")
struct StartupLimitTests {
    /// Who was turned out, in order.
    private final class TurnedOut: Sendable {
        private let places = Mutex<[StartupLimit.Place]>([])
        var all: [StartupLimit.Place] { places.withLock { $0 } }
        func note(_ place: StartupLimit.Place) { places.withLock { $0.append(place) } }
    }

    private let start = ContinuousClock.now
    private let turnedOut = TurnedOut()

    /// Takes a place, and says that keys are exchanged.
    private func enter(_ limit: StartupLimit, from address: String, after seconds: Int) -> StartupLimit.Place? {
        let place = limit.enter(from: address, now: start + .seconds(seconds))
        if let place { limit.begin(place) { [turnedOut] in turnedOut.note(place) } }
        return place
    }

    @Test("are refused when all are taken, and given again when one is left")
    func refused() throws {
        let limit = StartupLimit(maximum: 2)
        let first = try #require(enter(limit, from: "a", after: 0))
        #expect(enter(limit, from: "b", after: 0) != nil)
        #expect(enter(limit, from: "c", after: 2) == nil)
        limit.leave(first)
        #expect(enter(limit, from: "c", after: 2) != nil)
        #expect(turnedOut.all.isEmpty)
    }

    @Test("are taken from the oldest of the address with most of those who dawdle")
    func dawdlers() throws {
        let limit = StartupLimit(maximum: 3)
        let (other, first, second) = (
            enter(limit, from: "a", after: 0), enter(limit, from: "b", after: 0), enter(limit, from: "b", after: 1)
        )
        #expect(enter(limit, from: "c", after: 4) != nil)
        #expect(turnedOut.all == [first])
        limit.leave(try #require(first))
        #expect(enter(limit, from: "d", after: 4) != nil)
        #expect(turnedOut.all.count == 2 && Set(turnedOut.all).isSubset(of: [other, first, second]))
        // Those who have come since have not dawdled yet but for the one that is left.
        #expect(enter(limit, from: "e", after: 5) != nil)
        #expect(enter(limit, from: "f", after: 5) == nil)
    }

    @Test("are longer those of who has exchanged keys, and safe for who is not served yet")
    func stages() throws {
        let limit = StartupLimit(maximum: 2)
        let place = try #require(enter(limit, from: "a", after: 0))
        limit.noteTurn(place)
        #expect(limit.enter(from: "a", now: start) != nil)
        #expect(enter(limit, from: "b", after: 29) == nil)
        limit.noteQuestion(place)
        #expect(enter(limit, from: "b", after: 60) == nil)
        limit.noteTurn(place)
        #expect(enter(limit, from: "b", after: 61) != nil)
        #expect(turnedOut.all == [place])
    }

    @Test("are safe for those who log in from where few do")
    func few() throws {
        let limit = StartupLimit(maximum: 16)
        for number in 0..<16 { limit.noteTurn(try #require(enter(limit, from: "\(number)", after: 0))) }
        #expect(enter(limit, from: "new", after: 60) == nil)
        limit.leave(1)
        limit.noteTurn(try #require(enter(limit, from: "1", after: 60)))
        #expect(enter(limit, from: "new", after: 90) != nil)
        #expect(turnedOut.all == [2])
    }

    @Test("are counted by address, and of IPv6 by network")
    func networks() throws {
        func network(_ host: String) -> String { SocketAddress(host: host, port: 1).network }
        #expect(network("192.0.2.7") == "192.0.2.7")
        #expect(network("2001:db8::1") == network("2001:db8:0:0:ffff::2"))
        #expect(network("2001:db8::1") != network("2001:db8:0:1::1"))
    }
}
