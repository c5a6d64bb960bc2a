import Foundation
import Testing

@testable import Kubernetes

@Suite("A candidacy")
struct CandidacyTests {
    private let start = ContinuousClock.now
    private let date = Date()
    private let configuration = LeaderElectionConfiguration(leaseName: "leader", namespace: "lab", identity: "one")

    private func lease(_ holder: String, renewed secondsAgo: Double = 0, transitions: Int = 0) -> Lease {
        Lease(
            metadata: ObjectMeta(name: "leader", namespace: "lab", uid: "u1", resourceVersion: "7"),
            holderIdentity: holder, leaseDurationSeconds: 15, acquireTime: date - 1000, renewTime: date - secondsAgo,
            leaseTransitions: transitions)
    }

    @Test("makes the lease where there is none; for how long nobody led is not known")
    func first() throws {
        var candidacy = Candidacy(configuration)
        candidacy.saw(nil, at: start)
        let claim = try #require(candidacy.claim(at: start, date: date))
        #expect(claim.metadata == ObjectMeta(name: "leader", namespace: "lab"))
        #expect(claim.holderIdentity == "one")
        #expect(claim.leaseDurationSeconds == 15)
        #expect(claim.acquireTime == date)
        #expect(claim.leaseTransitions == 0)
        candidacy.wrote(claim, startingAt: start)
        #expect(candidacy.holdsLease)
        #expect(candidacy.gap == .zero)
        #expect(candidacy.leadsUntil == start + .seconds(10))
    }

    @Test("waits for another's lease to run out before its own eyes, whatever their clock says")
    func foreign() throws {
        var candidacy = Candidacy(configuration)
        candidacy.saw(lease("two", renewed: 3600), at: start)
        #expect(candidacy.claim(at: start + .seconds(14), date: date) == nil)
        candidacy.saw(lease("two", renewed: 3599), at: start + .seconds(14))
        #expect(candidacy.claim(at: start + .seconds(28), date: date) == nil)
        candidacy.saw(lease("two", renewed: 3599), at: start + .seconds(29))
        let claim = try #require(candidacy.claim(at: start + .seconds(29), date: date))
        #expect(claim.holderIdentity == "one")
        #expect(claim.leaseTransitions == 1)
        #expect(claim.metadata.resourceVersion == "7")
    }

    @Test("takes a released lease at once, with no gap")
    func released() throws {
        var candidacy = Candidacy(configuration)
        candidacy.saw(lease("two", renewed: 2), at: start)
        candidacy.saw(lease("", renewed: 0), at: start + .seconds(2))
        let claim = try #require(candidacy.claim(at: start + .seconds(2), date: date))
        candidacy.wrote(claim, startingAt: start + .seconds(2))
        #expect(candidacy.gap == nil)
    }

    @Test("tells the gap by its own clock where it saw the last change, else as the later of both clocks")
    func gaps() throws {
        var watcher = Candidacy(configuration)
        watcher.saw(lease("two", renewed: 500), at: start)
        watcher.saw(lease("two", renewed: 400), at: start + .seconds(10))
        let late = start + .seconds(27)
        watcher.wrote(try #require(watcher.claim(at: late, date: date)), startingAt: late)
        #expect(watcher.gap == .seconds(17))

        var newcomer = Candidacy(configuration)
        newcomer.saw(lease("", renewed: 400), at: start)
        newcomer.wrote(try #require(newcomer.claim(at: start, date: date)), startingAt: start)
        #expect(abs(try #require(newcomer.gap).components.seconds - 400) <= 1)

        var skewed = Candidacy(configuration)
        skewed.saw(lease("two", renewed: -3600), at: start)
        let after = start + .seconds(16)
        skewed.wrote(try #require(skewed.claim(at: after, date: date)), startingAt: after)
        #expect(skewed.gap == .seconds(16))
    }

    @Test("renews its own lease without counting a transition")
    func renewal() throws {
        var candidacy = Candidacy(configuration)
        candidacy.wrote(lease("one", transitions: 4), startingAt: start)
        let claim = try #require(candidacy.claim(at: start + .seconds(2), date: date + 2))
        #expect(claim.leaseTransitions == 4)
        #expect(claim.acquireTime == date - 1000)
        #expect(claim.renewTime == date + 2)
        candidacy.wrote(claim, startingAt: start + .seconds(2))
        #expect(candidacy.leadsUntil == start + .seconds(12))
        #expect(candidacy.gap == nil)
        candidacy.saw(lease("two"), at: start + .seconds(3))
        #expect(candidacy.leadsUntil == nil)
    }
}
