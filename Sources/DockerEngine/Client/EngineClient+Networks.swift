import NIOHTTP1
import Upstream

extension EngineClient {
    /// Fails with ``EngineError/isNotFound`` if there is no network of this name.
    public func checkNetwork(named name: String) async throws(EngineError) {
        _ = try await answer(
            to: EngineRequest(.GET, "/networks/\(name.percentEncoded)", operation: "inspect network \(name)"))
    }
}
