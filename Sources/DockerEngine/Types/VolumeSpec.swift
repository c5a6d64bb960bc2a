/// What a volume is made from.
public struct VolumeSpec: Hashable, Sendable, Encodable {
    /// Its name, unique on the host.
    public var name: String
    /// Who keeps it.
    public var driver = "local"
    /// What the driver is told. Both engines' `local` takes a size where its files lie on XFS mounted with `pquota`, and
    /// refuses it elsewhere: Docker as `size`, Podman as `o` with `size=` in it.
    public var driverOptions: [String: String] = [:]
    /// Labels.
    public var labels: [String: String] = [:]

    /// Describes a volume.
    public init(name: String) {
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case driverOptions = "DriverOpts"
        case labels = "Labels"
    }
}
