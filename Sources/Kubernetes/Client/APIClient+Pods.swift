extension APIClient {
    /// Creates a pod.
    public func createPod(_ manifest: JSONValue, namespace: String) async throws(APIError) -> Pod {
        try await create(.pods, manifest, namespace: namespace)
    }

    /// What would become of a pod if it were created, its admission included; nothing is created.
    public func tryPod(_ manifest: JSONValue, namespace: String) async throws(APIError) -> Pod {
        try await create(.pods, manifest, namespace: namespace, isDryRun: true)
    }

    /// Reads one pod.
    public func pod(named name: String, namespace: String) async throws(APIError) -> Pod {
        try await get(.pods, named: name, namespace: namespace)
    }

    /// Reads all pods, or those that a label selector such as `app=labgate` chooses.
    public func listPods(namespace: String, labelSelector: String? = nil) async throws(APIError) -> [Pod] {
        try await list(.pods, namespace: namespace, labelSelector: labelSelector)
    }

    /// Asks for a pod's deletion; it is gone later. With a UID, only that very pod is deleted, and with a resource
    /// version only if nothing about it has changed since; otherwise the answer is a conflict.
    public func deletePod(
        named name: String, namespace: String, uid: String? = nil, resourceVersion: String? = nil,
        gracePeriod: Duration? = nil
    ) async throws(APIError) {
        try await delete(
            .pods, named: name, namespace: namespace, uid: uid, resourceVersion: resourceVersion,
            gracePeriod: gracePeriod)
    }

    /// Sets annotations, or removes those whose value is nil. With a UID, another pod of the same name answers with a
    /// conflict, and with a resource version one that has changed since.
    @discardableResult
    public func annotatePod(
        named name: String, namespace: String, uid: String? = nil, resourceVersion: String? = nil,
        annotations: [String: String?]
    ) async throws(APIError) -> Pod {
        var metadata: JSONValue = ["annotations": .object(annotations.mapValues { $0.map { .string($0) } ?? .null })]
        // No patch may change a UID or a version: the API server takes them for preconditions.
        metadata["uid"] = uid.map { .string($0) }
        metadata["resourceVersion"] = resourceVersion.map { .string($0) }
        return try await mergePatch(.pods, named: name, namespace: namespace, ["metadata": metadata])
    }
}
