/// What an engine says about itself.
public struct EngineVersion: Hashable, Sendable, Decodable {
    /// The engine's own version, such as `27.3.1`, or `4.3.1`.
    public var version: String
    /// The newest API version that it speaks.
    public var apiVersion: String
    /// The oldest API version that it speaks.
    public var minimumAPIVersion: String?
    /// What it is made of: `Engine` and others in Docker, `Podman Engine` and others in Podman.
    public var components: [Component]?

    /// A part of an engine.
    public struct Component: Hashable, Sendable, Decodable {
        /// Its name.
        public var name: String
        /// Its version.
        public var version: String

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "Version"
        }
    }

    /// True if it is Podman.
    public var isPodman: Bool { components?.contains { $0.name == "Podman Engine" } == true }

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minimumAPIVersion = "MinAPIVersion"
        case components = "Components"
    }
}
