/// A container as a list shows it.
public struct ContainerSummary: Hashable, Sendable, Decodable {
    /// 64 hexadecimal digits.
    public var id: String
    /// Its labels.
    public var labels: [String: String]?
    /// Such as `running`; see ``ContainerState/status``.
    public var state: String

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case labels = "Labels"
        case state = "State"
    }
}
