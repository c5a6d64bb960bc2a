/// A named volume.
public struct Volume: Hashable, Sendable, Decodable {
    /// Its name, unique on the host.
    public var name: String
    /// Such as `local`.
    public var driver: String
    /// Where the host has its files, for `local`.
    public var mountpoint: String
    /// Its labels.
    public var labels: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case mountpoint = "Mountpoint"
        case labels = "Labels"
    }
}
