import Foundation
import NIOHTTP1

extension APIClient {
    /// The API server's version.
    public func version() async throws(APIError) -> ServerVersion {
        try await send(.GET, "/version", operation: "get /version")
    }

    /// The events about the object with this UID, oldest first.
    public func events(involvedObjectUID uid: String, namespace: String) async throws(APIError) -> [Event] {
        let list: EventList = try await send(
            .GET, Self.path("events", namespace: namespace), query: [("fieldSelector", "involvedObject.uid=\(uid)")],
            operation: "list events \(namespace)")
        return (list.items ?? []).sorted { ($0.lastTimestamp ?? .distantPast) < ($1.lastTimestamp ?? .distantPast) }
    }

    /// Creates a persistent volume claim.
    @discardableResult
    public func createPersistentVolumeClaim(
        _ manifest: JSONValue, namespace: String
    ) async throws(APIError) -> PersistentVolumeClaim {
        let name = manifest["metadata"]?["name"]?.string ?? ""
        return try await send(
            .POST, Self.path("persistentvolumeclaims", namespace: namespace), body: manifest,
            operation: "create persistentvolumeclaims \(namespace)/\(name)")
    }

    /// Reads one persistent volume claim.
    public func persistentVolumeClaim(
        named name: String, namespace: String
    ) async throws(APIError) -> PersistentVolumeClaim {
        try await send(
            .GET, Self.path("persistentvolumeclaims", namespace: namespace, name: name),
            operation: "get persistentvolumeclaims \(namespace)/\(name)")
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

private struct EventList: Decodable {
    var items: [Event]?
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
