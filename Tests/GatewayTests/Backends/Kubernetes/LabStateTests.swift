import Foundation
import Kubernetes
import Testing

@testable import Gateway

@Suite("What a pod says about a lab's start")
struct LabStateTests {
    static func pod(
        phase: PodPhase = .pending, conditions: [PodCondition] = [], waiting: (String, String)? = nil,
        last: ContainerState.Termination? = nil, isRunning: Bool = false
    ) -> Pod {
        var statuses: [ContainerStatus] = []
        if let waiting {
            statuses = [
                ContainerStatus(
                    name: "lab", ready: false, state: .waiting(reason: waiting.0, message: waiting.1),
                    lastState: last.map { .terminated($0) })
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

    @Test("a pod whose claim has no volume yet is not one that fits nowhere")
    func unbound() {
        let message = "0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims."
        let waits = PodCondition(type: "PodScheduled", status: "False", reason: "Unschedulable", message: message)
        #expect(LabState(Self.pod(conditions: [waits])) == .starting(.binding(nil)))
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

    private static func afterRun(of seconds: Double, exitCode: Int, reason: String) -> LabState {
        let start = Date(timeIntervalSince1970: 1_793_800_000)
        let last = ContainerState.Termination(
            exitCode: exitCode, reason: reason, startedAt: start, finishedAt: start + seconds)
        return LabState(pod(conditions: [scheduled], waiting: ("CrashLoopBackOff", "back-off 10s"), last: last))
    }

    @Test("a lab that has run and is started again after a pause is waited for, one that ends at once is not")
    func startedAgain() {
        let memory = "it has used up its memory; CrashLoopBackOff: back-off 10s"
        #expect(Self.afterRun(of: 2, exitCode: 137, reason: "OOMKilled") == .starting(.restarting(memory)))
        let ended = "it has ended; CrashLoopBackOff: back-off 10s"
        #expect(Self.afterRun(of: 5, exitCode: 143, reason: "Error") == .starting(.restarting(ended)))
        guard case .doomed = Self.afterRun(of: 4, exitCode: 1, reason: "Error") else {
            Issue.record("a lab that ends at once is waited for")
            return
        }
        // Some runtimes say so of a program that is not there.
        let never = ContainerState.Termination(
            exitCode: 128, reason: "StartError", startedAt: Date(timeIntervalSince1970: 0), finishedAt: .now)
        guard case .doomed = LabState(Self.pod(waiting: ("CrashLoopBackOff", ""), last: never)) else {
            Issue.record("a lab that never ran is waited for")
            return
        }
    }

    @Test("a pod that has failed or succeeded is to be replaced", arguments: [PodPhase.failed, .succeeded])
    func ended(phase: PodPhase) {
        #expect(LabState(Self.pod(phase: phase)) == .ended)
    }
}
