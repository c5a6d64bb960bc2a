/// What the kubelet reports of one container.
public struct ContainerStatus: Hashable, Sendable {
    /// The container's name in the pod's spec.
    public var name: String
    /// True while it runs and passes its probes.
    public var ready: Bool
    /// How often it was started anew.
    public var restartCount: Int
    /// What it does now.
    public var state: ContainerState?
    /// How its run before this one ended.
    public var lastState: ContainerState?

    /// Makes a container status by hand.
    public init(
        name: String, ready: Bool = false, restartCount: Int = 0, state: ContainerState? = nil,
        lastState: ContainerState? = nil
    ) {
        self.name = name
        self.ready = ready
        self.restartCount = restartCount
        self.state = state
        self.lastState = lastState
    }
}

extension ContainerStatus: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, ready, restartCount, state, lastState
    }

    /// Decodes a container status; only `name` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        ready = try container.decodeIfPresent(Bool.self, forKey: .ready) ?? false
        restartCount = try container.decodeIfPresent(Int.self, forKey: .restartCount) ?? 0
        state = try container.decodeIfPresent(ContainerState.Optional.self, forKey: .state)?.value
        lastState = try container.decodeIfPresent(ContainerState.Optional.self, forKey: .lastState)?.value
    }
}
