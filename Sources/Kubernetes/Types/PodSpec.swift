/// The part of a `PodSpec` that this client uses.
public struct PodSpec: Hashable, Sendable {
    /// The node the pod was scheduled to; empty before.
    public var nodeName: String
    /// The containers, without init containers.
    public var containers: [Container]
    /// False if the pod has a user namespace of its own; nil is true.
    public var hostUsers: Bool?

    /// Makes a spec by hand.
    public init(nodeName: String = "", containers: [Container] = [], hostUsers: Bool? = nil) {
        self.nodeName = nodeName
        self.containers = containers
        self.hostUsers = hostUsers
    }
}

extension PodSpec: Decodable {
    private enum CodingKeys: String, CodingKey {
        case nodeName, containers, hostUsers
    }

    /// Decodes a spec; whatever is missing is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        nodeName = try container.decodeIfPresent(String.self, forKey: .nodeName) ?? ""
        containers = try container.decodeIfPresent([Container].self, forKey: .containers) ?? []
        hostUsers = try container.decodeIfPresent(Bool.self, forKey: .hostUsers)
    }
}
