/// The part of a `PodSpec` that this client uses.
public struct PodSpec: Hashable, Sendable {
    /// The node the pod was scheduled to; empty before.
    public var nodeName: String
    /// The containers, without init containers.
    public var containers: [Container]

    /// Makes a spec by hand.
    public init(nodeName: String = "", containers: [Container] = []) {
        self.nodeName = nodeName
        self.containers = containers
    }
}

extension PodSpec: Decodable {
    private enum CodingKeys: String, CodingKey {
        case nodeName, containers
    }

    /// Decodes a spec; whatever is missing is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        nodeName = try container.decodeIfPresent(String.self, forKey: .nodeName) ?? ""
        containers = try container.decodeIfPresent([Container].self, forKey: .containers) ?? []
    }
}
