/// The part of a `Pod` that this client uses. Unknown fields are ignored, missing ones are empty.
public struct Pod: Hashable, Sendable {
    /// Name, labels, annotations and identity.
    public var metadata: ObjectMeta
    /// What was asked for.
    public var spec: PodSpec
    /// What is.
    public var status: PodStatus

    /// Makes a pod by hand.
    public init(metadata: ObjectMeta, spec: PodSpec = .init(), status: PodStatus = .init()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// True once the pod's deletion was asked for; it keeps its name and volumes until it is gone.
    public var isTerminating: Bool { metadata.deletionTimestamp != nil }

    /// True if the condition `Ready` holds: all its containers run and pass their probes.
    public var isReady: Bool { status.condition("Ready")?.status == "True" }

    /// True once one of its containers has been started, as far as the kubelet has reported.
    public var hasStarted: Bool {
        (status.initContainerStatuses + status.containerStatuses).contains { status in
            if case .waiting = status.state { return status.lastState != nil || status.restartCount > 0 }
            return status.state != nil
        }
    }

    /// The status of the container of this name, if the kubelet has reported it.
    public func containerStatus(_ name: String) -> ContainerStatus? {
        status.containerStatuses.first { $0.name == name }
    }
}

extension Pod: Decodable {
    private enum CodingKeys: String, CodingKey {
        case metadata, spec, status
    }

    /// Decodes a pod; only `metadata` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(PodSpec.self, forKey: .spec) ?? PodSpec()
        status = try container.decodeIfPresent(PodStatus.self, forKey: .status) ?? PodStatus()
    }
}
