import Kubernetes
import Testing

@testable import Gateway

@Suite("What a pod says about a lab's start")
struct LabStateTests {
    static func pod(
        phase: PodPhase = .pending, conditions: [PodCondition] = [], waiting: (String, String)? = nil,
        isRunning: Bool = false
    ) -> Pod {
        var statuses: [ContainerStatus] = []
        if let waiting {
            statuses = [
                ContainerStatus(name: "lab", ready: false, state: .waiting(reason: waiting.0, message: waiting.1))
            ]
        } else if isRunning {
            statuses = [ContainerStatus(name: "lab", ready: true, state: .running)]
        }
        return Pod(
            metadata: ObjectMeta(name: "lab"),
            status: PodStatus(phase: phase, conditions: conditions, containerStatuses: statuses))
    }

    static let scheduled = PodCondition(type: "PodScheduled", status: "True")

    @Test("Running is not ready: the condition and the container's state decide")
    func ready() {
        let isReady = PodCondition(type: "Ready", status: "True")
        #expect(
            LabState(Self.pod(phase: .running, conditions: [Self.scheduled, isReady], isRunning: true)) == .ready)
        #expect(
            LabState(Self.pod(phase: .running, conditions: [Self.scheduled], isRunning: true))
                == .starting(.starting))
    }

    @Test("a lab whose node does not answer is waited for, and that is said")
    func lostNode() {
        let notReady = PodCondition(type: "Ready", status: "False", reason: "NodeNotReady")
        let state = LabState(Self.pod(phase: .running, conditions: [Self.scheduled, notReady], isRunning: true))
        #expect(state == .starting(.waitingForOldLab("its node does not answer")))
    }

    @Test("a pod that nobody has scheduled yet is being scheduled; one that fits nowhere says why")
    func scheduling() {
        #expect(LabState(Self.pod()) == .starting(.scheduling(nil)))
        let full = PodCondition(
            type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes: too full")
        #expect(LabState(Self.pod(conditions: [full])) == .unschedulable("0/1 nodes: too full"))
    }

    @Test("containers that are being created are no reason to worry")
    func creating() {
        let pod = Self.pod(conditions: [Self.scheduled], waiting: ("ContainerCreating", ""))
        #expect(LabState(pod) == .starting(.mounting(nil)))
    }

    @Test(
        "one failed pull is not the end, backing off is",
        arguments: [
            "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
            "CrashLoopBackOff",
        ])
    func doomed(reason: String) {
        #expect(
            LabState(Self.pod(conditions: [Self.scheduled], waiting: ("ErrImagePull", "no")))
                == .starting(.pulling(nil)))
        guard
            case .doomed(let error) = LabState(
                Self.pod(conditions: [Self.scheduled], waiting: (reason, "because")))
        else {
            Issue.record("\(reason) is not the end")
            return
        }
        #expect(error.description.contains(reason))
        #expect(error.description.contains("because"))
    }

    @Test("a pod that has failed or succeeded is to be replaced", arguments: [PodPhase.failed, .succeeded])
    func ended(phase: PodPhase) {
        #expect(LabState(Self.pod(phase: phase)) == .ended)
    }
}
