import NIOHTTP1

extension APIClient {
    /// Creates a pod.
    public func createPod(_ manifest: JSONValue, namespace: String) async throws(APIError) -> Pod {
        let name = manifest["metadata"]?["name"]?.string ?? ""
        let path = Self.path("pods", namespace: namespace)
        return try await send(.POST, path, body: manifest, operation: "create pods \(namespace)/\(name)")
    }

    /// Reads one pod.
    public func pod(named name: String, namespace: String) async throws(APIError) -> Pod {
        let path = Self.path("pods", namespace: namespace, name: name)
        return try await send(.GET, path, operation: "get pods \(namespace)/\(name)")
    }

    /// Reads all pods, or those that a label selector such as `app=labgate` chooses.
    public func listPods(namespace: String, labelSelector: String? = nil) async throws(APIError) -> [Pod] {
        try await listPods(namespace: namespace, labelSelector: labelSelector, pageSize: 500).pods
    }

    /// Asks for a pod's deletion; it is gone later. With a UID, only that very pod is deleted and another of the
    /// same name answers with a conflict.
    public func deletePod(
        named name: String, namespace: String, uid: String? = nil, gracePeriod: Duration? = nil
    ) async throws(APIError) {
        var options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        options["gracePeriodSeconds"] = gracePeriod.map { .integer(Int($0.components.seconds)) }
        options["preconditions"] = uid.map { ["uid": .string($0)] }
        // The answer is the pod if it still has to end, else a Status.
        let _: JSONValue = try await send(
            .DELETE, Self.path("pods", namespace: namespace, name: name), body: options,
            operation: "delete pods \(namespace)/\(name)")
    }

    /// Sets annotations, or removes those whose value is nil. With a UID, another pod of the same name answers with
    /// a conflict.
    @discardableResult
    public func annotatePod(
        named name: String, namespace: String, uid: String? = nil, annotations: [String: String?]
    ) async throws(APIError) -> Pod {
        var metadata: JSONValue = ["annotations": .object(annotations.mapValues { $0.map { .string($0) } ?? .null })]
        // No patch may change a UID: the API server takes it for a precondition.
        metadata["uid"] = uid.map { .string($0) }
        return try await send(
            .PATCH, Self.path("pods", namespace: namespace, name: name), body: ["metadata": metadata],
            contentType: "application/merge-patch+json", operation: "patch pods \(namespace)/\(name)")
    }

    /// Lists pods page by page.
    ///
    /// - Returns: The pods, and the resource version from which a watch sees every later change.
    func listPods(
        namespace: String, labelSelector: String?, pageSize: Int
    ) async throws(APIError) -> (pods: [Pod], resourceVersion: String) {
        var pods: [Pod] = []
        var next: String?
        repeat {
            var query = [("limit", String(pageSize))]
            if let labelSelector { query.append(("labelSelector", labelSelector)) }
            if let next { query.append(("continue", next)) }
            let page: PodList = try await send(
                .GET, Self.path("pods", namespace: namespace), query: query, operation: "list pods \(namespace)")
            pods += page.items ?? []
            next = page.metadata.continue
            // All pages are of one snapshot and carry its version.
            guard let next, !next.isEmpty else { return (pods, page.metadata.resourceVersion ?? "") }
        } while true
    }
}

/// A page of a list of pods.
private struct PodList: Decodable {
    var metadata: Metadata
    var items: [Pod]?

    struct Metadata: Decodable {
        var resourceVersion: String?
        var `continue`: String?
    }
}
