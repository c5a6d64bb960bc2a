import NIOHTTP1
import Upstream

extension EngineClient {
    /// Creates a container of this name; it does not run yet.
    ///
    /// - Throws: ``EngineError``; ``EngineError/isNameInUse`` if there is one of that name, ``EngineError/isNotFound``
    ///   if the image is not on the host.
    public func createContainer(named name: String, _ spec: ContainerSpec) async throws(EngineError) -> CreatedContainer
    {
        let request = EngineRequest(
            .POST, "/containers/create", query: [("name", name)], operation: "create container \(name)")
        return try await decode(try request.with(spec))
    }

    /// Starts a container. One that runs is left as it is.
    ///
    /// - Parameter id: Its id or name.
    public func startContainer(_ id: String) async throws(EngineError) {
        try await perform(.POST, id, "/start", "start")
    }

    /// Stops a container: asks it to end, and ends it by force after this long. One that does not run is left as it is.
    ///
    /// - Parameter id: Its id or name.
    public func stopContainer(_ id: String, timeout: Duration) async throws(EngineError) {
        let seconds = max(0, timeout.components.seconds)
        try await perform(
            .POST, id, "/stop", query: [("t", "\(seconds)")], "stop", timeout: configuration.readTimeout + timeout)
    }

    /// Removes a container and its anonymous volumes; its named volumes stay.
    ///
    /// - Parameters:
    ///   - id: Its id or name. Only the id is sure not to be that of a successor.
    ///   - force: True to end it first if it runs.
    public func removeContainer(_ id: String, force: Bool = false) async throws(EngineError) {
        // Whatever v says, both engines leave volumes with names alone.
        try await perform(.DELETE, id, "", query: [("force", "\(force)"), ("v", "true")], "remove")
    }

    /// The container of this id or name.
    public func container(_ id: String) async throws(EngineError) -> Container {
        try await decode(EngineRequest(.GET, path(id, "/json"), operation: "inspect container \(id)"))
    }

    /// The containers that have all of these labels, those that don't run included.
    public func containers(labels: [String: String]) async throws(EngineError) -> [ContainerSummary] {
        let filters = try EngineFilters(["label": labels.asAssignments], operation: "list containers")
        return try await decode(
            EngineRequest(
                .GET, "/containers/json", query: [("all", "true"), ("filters", filters.json)],
                operation: "list containers"))
    }

    /// What a container has used so far.
    ///
    /// - Parameter timeout: How long the engine may take; nil for as long as for any request.
    /// - Throws: ``EngineError``; ``EngineError/isWrongState`` or a decoding failure if the container does not run, as
    ///   engines differ in what they say then.
    public func stats(
        ofContainer id: String, timeout: Duration? = nil
    ) async throws(EngineError) -> ContainerStats {
        // Without one-shot the engine would measure for another second, to tell a rate that nobody here asks for.
        try await decode(
            EngineRequest(
                .GET, path(id, "/stats"), query: [("stream", "false"), ("one-shot", "true")],
                operation: "get stats of container \(id)", timeout: timeout))
    }

    private func path(_ id: String, _ rest: String) -> String { "/containers/\(id.percentEncoded)\(rest)" }

    private func perform(
        _ method: HTTPMethod, _ id: String, _ rest: String, query: [(String, String)] = [], _ verb: String,
        timeout: Duration? = nil
    ) async throws(EngineError) {
        _ = try await answer(
            to: EngineRequest(
                method, path(id, rest), query: query, operation: "\(verb) container \(id)", timeout: timeout))
    }
}
