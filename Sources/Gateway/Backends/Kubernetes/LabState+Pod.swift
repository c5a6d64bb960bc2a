import Foundation
import Kubernetes

extension LabState {
    /// What a pod says about the lab that it is.
    init(_ pod: Pod) {
        if pod.isTerminating || pod.stopNote != nil {
            self = .terminating
        } else if pod.status.phase == .failed || pod.status.phase == .succeeded {
            self = .ended
        } else if let waiting = Self.waitingReason(pod) {
            self = Self.assess(waiting)
        } else if pod.isReady, case .running = pod.containerStatus(LabPod.container)?.state {
            self = .ready
        } else if pod.isNodeLost {
            self = .starting(.waitingForOldLab("its node does not answer"))
        } else {
            self = Self.assess(conditionsOf: pod)
        }
    }

    /// Whether the pod's node waits before it tries again to fetch an image.
    static func isBackingOffFromPull(_ pod: Pod) -> Bool { waitingReason(pod)?.reason == "ImagePullBackOff" }

    /// What a container waits for, and how it ended before if it did.
    private struct Waiting {
        let reason: String
        let message: String
        /// Of the lab's own container; of others nobody waits for the next run.
        let last: ContainerState.Termination?
    }

    /// The first container, in the order in which they start, that waits for something worth telling.
    private static func waitingReason(_ pod: Pod) -> Waiting? {
        for status in pod.status.initContainerStatuses + pod.status.containerStatuses {
            guard case .waiting(let reason, let message) = status.state, let reason else { continue }
            guard reason != "PodInitializing", reason != "ContainerCreating" else { continue }
            var last: ContainerState.Termination?
            if status.name == LabPod.container, case .terminated(let termination) = status.lastState {
                last = termination
            }
            return Waiting(reason: reason, message: message ?? "", last: last)
        }
        return nil
    }

    private static func assess(_ waiting: Waiting) -> LabState {
        let (reason, message) = (waiting.reason, waiting.message)
        let detail = message.isEmpty ? reason : "\(reason): \(message)"
        switch reason {
        case "ErrImagePull":
            // One failed try; the node tries again by itself and then says ImagePullBackOff.
            return .starting(.pulling(PullPostponement.isTold(by: message) ? PullPostponement.words : nil))
        case "ImagePullBackOff" where PullPostponement.isTold(by: message):
            return .starting(.pulling(PullPostponement.words))
        case "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable", "ImageInspectError":
            return .doomed(
                LabError(cause: "The course's image cannot be fetched (\(detail))", advice: LabError.askStaff))
        case "CrashLoopBackOff" where waiting.last?.isOutOfMemory == true:
            return .starting(.restarting("it has used up its memory; \(detail)"))
        case "CrashLoopBackOff" where waiting.last?.hasRun == true:
            return .starting(.restarting("it has ended; \(detail)"))
        case "CrashLoopBackOff":
            return .doomed(LabError(cause: "The lab ends as soon as it starts (\(detail))", advice: LabError.askStaff))
        default:
            return .doomed(LabError(cause: "The lab's container cannot start (\(detail))", advice: LabError.askStaff))
        }
    }

    /// The scheduler's words while a claim has no volume yet. Nothing is full then, and what provides volumes takes from
    /// seconds to minutes.
    private static let unbound = "unbound immediate PersistentVolumeClaims"

    private static func assess(conditionsOf pod: Pod) -> LabState {
        guard let scheduled = pod.status.condition("PodScheduled") else { return .starting(.scheduling(nil)) }
        if scheduled.status != "True" {
            guard scheduled.reason == "Unschedulable" else { return .starting(.scheduling(nil)) }
            let reason = scheduled.message ?? "no node has room for it"
            return reason.contains(unbound) ? .starting(.binding(nil)) : .unschedulable(reason)
        }
        guard let status = pod.containerStatus(LabPod.container) else { return .starting(.mounting(nil)) }
        if case .waiting = status.state { return .starting(.mounting(nil)) }
        return .starting(.starting)
    }
}

extension ContainerState.Termination {
    /// A container that ends sooner will do so the next time as well.
    private static let shortestRunSeconds: TimeInterval = 5

    /// Whether the kernel has ended it for want of memory.
    fileprivate var isOutOfMemory: Bool { reason == "OOMKilled" }

    /// Whether it had come to run, so that it is for something in it that it has ended.
    fileprivate var hasRun: Bool {
        guard let startedAt, let finishedAt, startedAt.timeIntervalSince1970 > 0 else { return false }
        return finishedAt.timeIntervalSince(startedAt) >= Self.shortestRunSeconds
    }
}
