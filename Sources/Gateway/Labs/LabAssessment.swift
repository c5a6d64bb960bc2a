import Kubernetes

/// What a lab's pod says about itself.
enum LabAssessment: Hashable, Sendable {
    /// Its container runs: lab sessions can start.
    case ready
    /// On its way, this far.
    case starting(LabStage)
    /// Asked to stop: it still owns its name and its home.
    case terminating
    /// Over (Failed or Succeeded); its place is to be taken by a new one.
    case ended
    /// Cannot start until somebody changes something.
    case doomed(LabError)
    /// No node takes it. That may pass (an autoscaler, a lab that ends), so it gets some patience.
    case unschedulable(String)

    init(_ pod: Pod) {
        if pod.isTerminating || pod.stopReason != nil {
            self = .terminating
        } else if pod.status.phase == .failed || pod.status.phase == .succeeded {
            self = .ended
        } else if let waiting = Self.waitingReason(pod) {
            self = Self.assess(reason: waiting.reason, message: waiting.message)
        } else if pod.isReady, case .running = pod.containerStatus(LabPod.container)?.state {
            self = .ready
        } else {
            self = Self.assess(conditionsOf: pod)
        }
    }

    /// Whether the pod's node waits before it tries again to fetch an image.
    static func isBackingOffFromPull(_ pod: Pod) -> Bool { waitingReason(pod)?.reason == "ImagePullBackOff" }

    /// The first container, in the order in which they start, that waits for something worth telling.
    private static func waitingReason(_ pod: Pod) -> (reason: String, message: String)? {
        for status in pod.status.initContainerStatuses + pod.status.containerStatuses {
            guard case .waiting(let reason, let message) = status.state, let reason else { continue }
            if reason != "PodInitializing", reason != "ContainerCreating" { return (reason, message ?? "") }
        }
        return nil
    }

    private static func assess(reason: String, message: String) -> LabAssessment {
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
        case "CrashLoopBackOff":
            return .doomed(LabError(cause: "The lab ends as soon as it starts (\(detail))", advice: LabError.askStaff))
        default:
            return .doomed(LabError(cause: "The lab's container cannot start (\(detail))", advice: LabError.askStaff))
        }
    }

    private static func assess(conditionsOf pod: Pod) -> LabAssessment {
        guard let scheduled = pod.status.condition("PodScheduled") else { return .starting(.scheduling(nil)) }
        if scheduled.status != "True" {
            guard scheduled.reason == "Unschedulable" else { return .starting(.scheduling(nil)) }
            return .unschedulable(scheduled.message ?? "no node has room for it")
        }
        guard let status = pod.containerStatus(LabPod.container) else { return .starting(.mounting(nil)) }
        if case .waiting = status.state { return .starting(.mounting(nil)) }
        return .starting(.starting)
    }
}
