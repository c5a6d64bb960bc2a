import NIOHTTP1

// One function for each verb of the API, for any resource.

extension APIClient {
    /// Reads one object.
    public func get<Object>(
        _ resource: ResourceType<Object>, named name: String, namespace: String
    ) async throws(APIError) -> Object {
        try await send(
            .GET, resource.path(namespace: namespace, name: name), operation: "get \(resource) \(namespace)/\(name)")
    }

    /// Reads all objects, or those that selectors such as `app=labgate` choose.
    public func list<Object>(
        _ resource: ResourceType<Object>, namespace: String, labelSelector: String? = nil,
        fieldSelector: String? = nil
    ) async throws(APIError) -> [Object] {
        try await listPages(
            resource, namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector, pageSize: 500
        ).items
    }

    /// Creates an object; the manifest says its name.
    ///
    /// - Parameter isDryRun: Only asks what would come of it.
    @discardableResult
    public func create<Object>(
        _ resource: ResourceType<Object>, _ manifest: JSONValue, namespace: String, isDryRun: Bool = false
    ) async throws(APIError) -> Object {
        try await send(
            .POST, resource.path(namespace: namespace), query: isDryRun ? [("dryRun", "All")] : [], body: manifest,
            operation: "create \(resource) \(namespace)/\(manifest.name)")
    }

    /// Replaces an object as a whole; the manifest says its name. With a `metadata.resourceVersion` in it, this is a
    /// compare-and-swap: an object that has changed since answers with a conflict.
    @discardableResult
    public func replace<Object>(
        _ resource: ResourceType<Object>, with manifest: JSONValue, namespace: String
    ) async throws(APIError) -> Object {
        let name = manifest.name
        return try await send(
            .PUT, resource.path(namespace: namespace, name: name), body: manifest,
            operation: "update \(resource) \(namespace)/\(name)")
    }

    /// Changes some members of an object (RFC 7386): null removes one. With a `metadata.uid` or a
    /// `metadata.resourceVersion` in the patch, another object of the name, or one that has changed since, answers with
    /// a conflict.
    ///
    /// - Parameter subresource: Such as `status`, where that is a part of the object that is written by itself.
    @discardableResult
    public func mergePatch<Object>(
        _ resource: ResourceType<Object>, named name: String, namespace: String, subresource: String? = nil,
        _ patch: JSONValue
    ) async throws(APIError) -> Object {
        let part = subresource.map { "/\($0)" } ?? ""
        return try await send(
            .PATCH, resource.path(namespace: namespace, name: name, subresource: subresource), body: patch,
            contentType: "application/merge-patch+json",
            operation: "patch \(resource)\(part) \(namespace)/\(name)")
    }

    /// Asks for an object's deletion; it may be gone later only. With a UID or a resource version, another object of
    /// the name, or one that has changed since, answers with a conflict.
    public func delete<Object>(
        _ resource: ResourceType<Object>, named name: String, namespace: String, uid: String? = nil,
        resourceVersion: String? = nil, gracePeriod: Duration? = nil
    ) async throws(APIError) {
        var preconditions: JSONValue = [:]
        preconditions["uid"] = uid.map { .string($0) }
        preconditions["resourceVersion"] = resourceVersion.map { .string($0) }
        var options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        options["gracePeriodSeconds"] = gracePeriod.map { .integer(Int($0.components.seconds)) }
        if preconditions != [:] { options["preconditions"] = preconditions }
        // The answer is the object if it still has to end, else a Status.
        let _: JSONValue = try await send(
            .DELETE, resource.path(namespace: namespace, name: name), body: options,
            operation: "delete \(resource) \(namespace)/\(name)")
    }

    /// Lists objects page by page.
    ///
    /// - Returns: The objects, and the resource version from which a watch sees every later change.
    func listPages<Object>(
        _ resource: ResourceType<Object>, namespace: String, labelSelector: String? = nil,
        fieldSelector: String? = nil, pageSize: Int
    ) async throws(APIError) -> (items: [Object], resourceVersion: String) {
        var items: [Object] = []
        var next: String?
        repeat {
            var query = [("limit", String(pageSize))]
            if let labelSelector { query.append(("labelSelector", labelSelector)) }
            if let fieldSelector { query.append(("fieldSelector", fieldSelector)) }
            if let next { query.append(("continue", next)) }
            let page: Page<Object> = try await send(
                .GET, resource.path(namespace: namespace), query: query, operation: "list \(resource) \(namespace)")
            items += page.items ?? []
            next = page.metadata.continue
            // All pages are of one snapshot and carry its version.
            guard let next, !next.isEmpty else { return (items, page.metadata.resourceVersion ?? "") }
        } while true
    }
}

/// A page of a list.
private struct Page<Object: Decodable>: Decodable {
    var metadata: PageMetadata
    var items: [Object]?
}

private struct PageMetadata: Decodable {
    var resourceVersion: String?
    var `continue`: String?
}

extension JSONValue {
    /// The name that a manifest gives its object.
    fileprivate var name: String { self["metadata"]?["name"]?.string ?? "" }
}
