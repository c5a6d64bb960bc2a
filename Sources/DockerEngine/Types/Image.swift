/// An image on the host.
public struct Image: Hashable, Sendable, Decodable {
    /// `sha256:` and 64 hexadecimal digits.
    public var id: String
    /// The names that it has here.
    public var tags: [String]?
    /// The names with digests that it has in registries.
    public var digests: [String]?
    /// Its size in bytes, layers that others share included.
    public var byteCount: Int64

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case byteCount = "Size"
    }
}
