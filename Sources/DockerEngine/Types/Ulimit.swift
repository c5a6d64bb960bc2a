/// A limit of single processes (setrlimit), soft and hard alike.
public struct Ulimit: Hashable, Sendable, Encodable {
    /// Such as `nofile`, or `nproc`.
    public var name: String
    /// The limit, in the unit that belongs to the name.
    public var limit: Int64

    /// Names a limit.
    public init(_ name: String, _ limit: Int64) {
        self.name = name
        self.limit = limit
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case soft = "Soft"
        case hard = "Hard"
    }

    /// Writes an element of `HostConfig.Ulimits`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(limit, forKey: .soft)
        try container.encode(limit, forKey: .hard)
    }
}
