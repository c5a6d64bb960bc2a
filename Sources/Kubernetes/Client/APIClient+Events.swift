import Foundation
import Upstream

extension APIClient {
    /// The events about the object with this UID, oldest first.
    public func events(involvedObjectUID uid: String, namespace: String) async throws(APIError) -> [Event] {
        let events = try await list(.events, namespace: namespace, fieldSelector: "involvedObject.uid=\(uid)")
        return events.sorted { ($0.lastTimestamp ?? .distantPast) < ($1.lastTimestamp ?? .distantPast) }
    }

    /// Tells whoever looks at an object what happened to it. Events are kept for a while (an hour by default) and no
    /// longer.
    ///
    /// - Parameters:
    ///   - object: What it happened to; the API server wants its namespace to be `namespace`.
    ///   - reason: One word in camel case, such as `LabStopped`.
    ///   - message: The sentence meant for people.
    @discardableResult
    public func createEvent(
        about object: ObjectReference, type: EventType, reason: String, message: String, namespace: String
    ) async throws(APIError) -> Event {
        let now = JSONValue.string(Timestamp.time(.clusterNow))
        let manifest: JSONValue = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string(Self.eventName(for: object)), "namespace": .string(namespace)],
            "involvedObject": object.json, "type": .string(type.rawValue), "reason": .string(reason),
            "message": .string(message), "count": 1, "firstTimestamp": now, "lastTimestamp": now,
            "source": ["component": "labgate"], "reportingComponent": "labgate",
        ]
        return try await create(.events, manifest, namespace: namespace)
    }

    /// A name that no other event has: the object's and 64 random bits, which together fit in the 253 bytes of a name.
    private static func eventName(for object: ObjectReference) -> String {
        let longestPrefix = 230
        let prefix = object.name.prefix(longestPrefix).reversed().drop { $0 == "." || $0 == "-" }.reversed()
        return "\(String(prefix)).\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    }
}
