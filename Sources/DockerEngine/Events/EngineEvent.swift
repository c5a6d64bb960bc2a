/// One line of the engine's events: something has happened to a container.
struct EngineEvent: Hashable, Decodable {
    /// What: `create`, `start`, `die`, `destroy` and so on. Podman has more of them, such as `init` and `cleanup`, and
    /// some by other names, such as `remove`; whatever it is, the container is looked at.
    var action: String
    /// The container's id.
    var id: String

    private enum CodingKeys: String, CodingKey {
        case action = "Action"
        case actor = "Actor"
    }

    private struct Actor: Decodable {
        var ID: String
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        action = try container.decode(String.self, forKey: .action)
        id = try container.decode(Actor.self, forKey: .actor).ID
    }

    /// False for what changes nothing about the container: above all execs, of which each login makes some.
    var concernsContainer: Bool {
        !["exec", "resize", "top", "attach"].contains { action.hasPrefix($0) }
    }
}
