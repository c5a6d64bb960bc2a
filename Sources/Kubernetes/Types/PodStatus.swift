public import Foundation

/// The part of a `PodStatus` that this client uses.
public struct PodStatus: Hashable, Sendable {
    /// Where the pod is in its life; nil before the first report.
    public var phase: PodPhase?
    /// Scheduled, initialized, ready and so on, with reasons.
    public var conditions: [PodCondition]
    /// One for each container that the kubelet has reported.
    public var containerStatuses: [ContainerStatus]
    /// One for each init container that the kubelet has reported.
    public var initContainerStatuses: [ContainerStatus]
    /// Why the whole pod is in this phase, such as `Evicted`.
    public var reason: String?
    /// The sentence that goes with `reason`.
    public var message: String?
    /// The pod's address in the cluster.
    public var podIP: String?
    /// The node's address.
    public var hostIP: String?
    /// When the kubelet accepted the pod.
    public var startTime: Date?

    /// Makes a status by hand.
    public init(
        phase: PodPhase? = nil, conditions: [PodCondition] = [], containerStatuses: [ContainerStatus] = [],
        initContainerStatuses: [ContainerStatus] = [], reason: String? = nil, message: String? = nil,
        podIP: String? = nil, hostIP: String? = nil, startTime: Date? = nil
    ) {
        self.phase = phase
        self.conditions = conditions
        self.containerStatuses = containerStatuses
        self.initContainerStatuses = initContainerStatuses
        self.reason = reason
        self.message = message
        self.podIP = podIP
        self.hostIP = hostIP
        self.startTime = startTime
    }

    /// The condition of this type, such as `Ready` or `PodScheduled`.
    public func condition(_ type: String) -> PodCondition? {
        conditions.first { $0.type == type }
    }
}

extension PodStatus: Decodable {
    private enum CodingKeys: String, CodingKey {
        case phase, conditions, containerStatuses, initContainerStatuses, reason, message, podIP, hostIP, startTime
    }

    /// Decodes a status; whatever is missing is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        phase = try container.decodeIfPresent(PodPhase.self, forKey: .phase)
        conditions = try container.decodeIfPresent([PodCondition].self, forKey: .conditions) ?? []
        containerStatuses = try container.decodeIfPresent([ContainerStatus].self, forKey: .containerStatuses) ?? []
        initContainerStatuses =
            try container.decodeIfPresent([ContainerStatus].self, forKey: .initContainerStatuses) ?? []
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        message = try container.decodeIfPresent(String.self, forKey: .message)
        podIP = try container.decodeIfPresent(String.self, forKey: .podIP)
        hostIP = try container.decodeIfPresent(String.self, forKey: .hostIP)
        startTime = try container.decodeIfPresent(Date.self, forKey: .startTime)
    }
}
