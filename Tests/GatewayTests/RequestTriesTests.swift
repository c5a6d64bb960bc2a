import Classroom
import Kubernetes
import Testing

@testable import Gateway

@Suite("Tries of a request")
struct RequestTriesTests {
    private let start = ContinuousClock.now
    private let failure = BackendError(.unavailable, operation: "create pods", message: "busy")

    /// When each try begins if each takes a second, in seconds after the first.
    private func beginnings(within limit: Duration?) -> [Duration] {
        var (tries, now) = (RequestTries(within: limit, now: start), start)
        var beginnings: [Duration] = []
        while beginnings.count < 100, let pause = try? tries.pause(after: failure, now: now) {
            now += pause + .seconds(1)
            beginnings.append(start.duration(to: now))
        }
        return beginnings
    }

    @Test("None begins behind the limit, and there are some before it")
    func bounded() {
        let beginnings = beginnings(within: .seconds(20))
        #expect((3...20).contains(beginnings.count))
        #expect(beginnings.allSatisfy { $0 <= .seconds(21) })
    }

    @Test("Without a limit they go on")
    func unbounded() {
        #expect(beginnings(within: nil).count == 100)
    }

    @Test("The backend's wish for a pause is heeded, and counts")
    func retryAfter() throws {
        var tries = RequestTries(within: .seconds(20), now: start)
        let error = BackendError(.unavailable, operation: "create pods", message: "busy", retryAfter: .seconds(8))
        let first = try tries.pause(after: error, now: start)
        #expect(first == .seconds(8))
        do throws(StalledCreation) {
            _ = try tries.pause(after: error, now: start + .seconds(13))
            Issue.record("the next try would begin after 21 seconds")
        } catch {
            #expect(error.pause == .seconds(8))
        }
    }

    @Test("A creation is over before its place in the ledger is, however long its last try takes")
    func creation() {
        #expect(RequestTries.creationLimit + APIClientConfiguration().readTimeout < .seconds(Ledger.creationPatience))
    }
}
