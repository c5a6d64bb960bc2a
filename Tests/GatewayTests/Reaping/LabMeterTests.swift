import Kubernetes
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("A lab's CPU time")
struct LabMeterTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func labs(_ count: Int, on node: String) -> [Lab] {
        (0..<count).map {
            Lab(Pod(metadata: ObjectMeta(name: "\(node)-\($0)", uid: "\(node)-\($0)"), spec: PodSpec(nodeName: node)))
        }
    }

    @Test("is read in the units of both versions of cgroups")
    func units() {
        #expect(LabMeter.parse("1500000 us\n") == .milliseconds(1500))
        #expect(LabMeter.parse("1500000 ns\n") == .microseconds(1500))
    }

    @Test("is not guessed", arguments: ["", "12", "x us", "-1 us", "1 2 us", "12 s"])
    func unreadable(output: String) {
        #expect(LabMeter.parse(output) == nil)
    }

    @Test("is read in all labs of nodes that answer while a node with many labs does not", .timeLimit(.minutes(1)))
    func hungNode() async {
        let answerCount = Mutex(0)
        let meter = LabMeter { lab, _ in
            guard lab.name.hasPrefix("hung") else {
                answerCount.withLock { $0 += 1 }
                return .seconds(1)
            }
            // As if it did not answer before all others have.
            let haveOthers = try? await eventually { answerCount.withLock { $0 } == 100 }
            return haveOthers == true ? nil : .zero
        }
        let labs = Self.labs(20, on: "hung") + Self.labs(60, on: "good") + Self.labs(40, on: "fine")
        let round = await meter.measure(labs, Self.logger)
        #expect(round.times.count == 100)
        #expect(round.silent == Set(labs.prefix(20).map(\.uid)))
    }

    @Test("is not asked for any more once the time for asking is over")
    func bound() async {
        let askedCount = Mutex(0)
        let meter = LabMeter { _, _ in
            askedCount.withLock { $0 += 1 }
            return .zero
        }
        let round = await meter.measure(Self.labs(3, on: "a"), startLimit: .zero, Self.logger)
        #expect(round == MeterRound())
        #expect(askedCount.withLock { $0 } == 0)
    }
}
