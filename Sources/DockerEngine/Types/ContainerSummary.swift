/// A container as a list shows it.
public struct ContainerSummary: Hashable, Sendable, Decodable {
    /// 64 hexadecimal digits.
    public var id: String
    /// Its labels.
    public var labels: [String: String]?
    /// Such as `running`; see ``ContainerState/status``.
    public var state: String
    /// When it was made, in seconds since 1970.
    public var created: Int64?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case labels = "Labels"
        case state = "State"
        case created = "Created"
    }
}
