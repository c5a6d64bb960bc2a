/// The API server's version.
public struct ServerVersion: Hashable, Sendable {
    /// The major version.
    public var major: Int
    /// The minor version; vendors' suffixes (`20+`) are dropped.
    public var minor: Int
    /// The full version, such as `v1.20.2`.
    public var gitVersion: String

    /// Makes a version by hand.
    public init(major: Int, minor: Int, gitVersion: String) {
        self.major = major
        self.minor = minor
        self.gitVersion = gitVersion
    }
}

extension ServerVersion: Decodable {
    private enum CodingKeys: String, CodingKey {
        case major, minor, gitVersion
    }

    /// Decodes a version; a number counts as far as its leading digits go and is 0 without any.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        major = Self.leadingNumber(try container.decodeIfPresent(String.self, forKey: .major))
        minor = Self.leadingNumber(try container.decodeIfPresent(String.self, forKey: .minor))
        gitVersion = try container.decodeIfPresent(String.self, forKey: .gitVersion) ?? ""
    }

    private static func leadingNumber(_ text: String?) -> Int {
        Int((text ?? "").prefix { $0.isASCII && $0.isNumber }) ?? 0
    }
}
