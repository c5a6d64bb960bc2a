import NIOHTTP1

extension APIClient {
    /// The API server's version.
    public func version() async throws(APIError) -> ServerVersion {
        try await send(.GET, "/version", operation: "get /version")
    }

    /// Creates a persistent volume claim.
    @discardableResult
    public func createPersistentVolumeClaim(
        _ manifest: JSONValue, namespace: String
    ) async throws(APIError) -> PersistentVolumeClaim {
        try await create(.persistentVolumeClaims, manifest, namespace: namespace)
    }

    /// Reads one persistent volume claim.
    public func persistentVolumeClaim(
        named name: String, namespace: String
    ) async throws(APIError) -> PersistentVolumeClaim {
        try await get(.persistentVolumeClaims, named: name, namespace: namespace)
    }

    /// Asks whether this client itself may do something.
    public func selfSubjectAccessReview(_ attributes: ResourceAttributes) async throws(APIError) -> AccessReview {
        let review: ReviewAnswer = try await send(
            .POST, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            body: [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": attributes.json],
            ],
            operation: "create selfsubjectaccessreviews")
        return review.status
    }
}

private struct ReviewAnswer: Decodable {
    var status: AccessReview
}

extension ResourceAttributes {
    fileprivate var json: JSONValue {
        [
            "namespace": .string(namespace), "verb": .string(verb), "group": .string(group),
            "resource": .string(resource), "subresource": .string(subresource), "name": .string(name),
        ]
    }
}
