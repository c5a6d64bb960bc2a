import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("A lab that does not end at its time")
struct OverdueLabTests {
    private static func lab(
        _ conditions: [PodCondition] = [], isReported: Bool = true, reason: String? = nil, due: String? = "12:00"
    ) -> Lab {
        Lab(
            Pod(
                metadata: ObjectMeta(name: "lab", deletionTimestamp: due.map(Clock.at)),
                status: PodStatus(
                    phase: .running, conditions: conditions,
                    containerStatuses: [ContainerStatus(name: "lab", ready: isReported, state: .running)], reason: reason)))
    }

    private static func givenUpAt(_ lab: Lab) -> String? {
        OverdueLab(lab, at: Clock.at("12:01")).map { Clock.text($0.givenUpAt) }
    }

    @Test("is one only after its time, and one that nobody has deleted is none")
    func due() {
        #expect(OverdueLab(Self.lab(due: nil), at: Clock.at("12:01")) == nil)
        #expect(OverdueLab(Self.lab(), at: Clock.at("12:00")) == nil)
        #expect(OverdueLab(Self.lab(), at: Clock.at("12:01")) != nil)
    }

    @Test("is given up soon if the API server knows that its node does not answer, and late otherwise")
    func patience() {
        func ready(_ status: String, _ reason: String?) -> [PodCondition] {
            [PodCondition(type: "Ready", status: status, reason: reason)]
        }
        #expect(Self.givenUpAt(Self.lab()) == "12:10")
        #expect(Self.givenUpAt(Self.lab(ready("True", nil))) == "12:10")
        #expect(Self.givenUpAt(Self.lab(reason: "NodeLost")) == "12:01")
        #expect(Self.givenUpAt(Self.lab(ready("False", "NodeNotReady"))) == "12:01")
        // The controller takes the condition away and leaves the rest; the kubelet gives a reason.
        #expect(Self.givenUpAt(Self.lab(ready("False", nil))) == "12:01")
        #expect(Self.givenUpAt(Self.lab(ready("False", nil), isReported: false)) == "12:10")
        #expect(Self.givenUpAt(Self.lab(ready("False", "ContainersNotReady"), isReported: false)) == "12:10")
        #expect(Self.givenUpAt(Self.lab(ready("False", "ReadinessGatesNotReady"))) == "12:10")
    }

    @Test("is explained to who waits for it: what is waited for, and for how long")
    func words() {
        func words(_ lab: Lab) -> String? {
            OverdueLab(lab, at: Clock.at("12:01")).map { "\(LabStage.waitingForOldLab($0.words(Clock.text)))" }
        }
        #expect(
            words(Self.lab(reason: "NodeLost"))
                == "waiting for your previous lab to end (its node does not answer; it is given up at 12:01)")
        #expect(
            words(Self.lab())
                == "waiting for your previous lab to end (it should have ended at 12:00; it is given up at 12:10)")
    }
}
