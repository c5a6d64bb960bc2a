public import struct Foundation.Date

/// A container as `GET /containers/{id}/json` shows it.
public struct Container: Hashable, Sendable {
    /// 64 hexadecimal digits: no other container will ever have them, so that what is done by id is done to this one.
    public var id: String
    /// Its name, without the slash that the API puts before it.
    public var name: String
    /// When it was created.
    public var createdAt: Date?
    /// The image's name, as the container's creator gave it.
    public var image: String
    /// The image's id.
    public var imageID: String
    /// Its labels, those of the image among them.
    public var labels: [String: String]
    /// What it is doing.
    public var state: ContainerState
}

extension Container: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case createdAt = "Created"
        case imageID = "Image"
        case config = "Config"
        case state = "State"
    }

    private enum ConfigKeys: String, CodingKey {
        case image = "Image"
        case labels = "Labels"
    }

    /// Reads the answer to an inspection.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        let name = try container.decode(String.self, forKey: .name)
        self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        createdAt = EngineTime.date(try container.decode(String.self, forKey: .createdAt))
        imageID = try container.decode(String.self, forKey: .imageID)
        state = try container.decode(ContainerState.self, forKey: .state)
        let config = try container.nestedContainer(keyedBy: ConfigKeys.self, forKey: .config)
        image = try config.decode(String.self, forKey: .image)
        labels = try config.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    }
}
