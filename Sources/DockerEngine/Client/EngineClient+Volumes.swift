import NIOHTTP1
import Upstream

extension EngineClient {
    /// Creates a volume. One of that name is left as it is, and returned.
    public func createVolume(_ spec: VolumeSpec) async throws(EngineError) -> Volume {
        let request = EngineRequest(.POST, "/volumes/create", operation: "create volume \(spec.name)")
        return try await decode(try request.with(spec))
    }

    /// The volume of this name.
    public func volume(named name: String) async throws(EngineError) -> Volume {
        try await decode(EngineRequest(.GET, "/volumes/\(name.percentEncoded)", operation: "inspect volume \(name)"))
    }

    /// Removes a volume, with what is in it.
    ///
    /// - Throws: ``EngineError``, a conflict (409) while a container has it.
    public func removeVolume(named name: String) async throws(EngineError) {
        _ = try await answer(
            to: EngineRequest(.DELETE, "/volumes/\(name.percentEncoded)", operation: "remove volume \(name)"))
    }
}
