import Kubernetes

/// Lays a course's `podTemplate` over a pod, as `kubectl patch --type=strategic` would.
enum PodOverlay {
    /// What tells the elements of a list apart; lists that are not named here are replaced.
    private static let mergeKeys = [
        "containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "imagePullSecrets": "name",
        "volumeMounts": "mountPath", "ports": "containerPort", "hostAliases": "ip",
    ]

    /// Lists that are appended to.
    private static let appended: Set = ["tolerations"]

    static func merge(_ overlay: JSONValue, onto base: JSONValue, key: String = "") -> JSONValue {
        switch (overlay, base) {
        case (.object(let members), .object(var merged)):
            for (key, value) in members { merged[key] = merged[key].map { merge(value, onto: $0, key: key) } ?? value }
            return .object(merged)
        case (.array(let elements), .array(let existing)) where appended.contains(key):
            return .array(existing + elements)
        case (.array(let elements), .array(let existing)):
            guard let mergeKey = mergeKeys[key] else { return overlay }
            return .array(merge(elements, onto: existing, by: mergeKey))
        default:
            return overlay
        }
    }

    private static func merge(_ elements: [JSONValue], onto existing: [JSONValue], by key: String) -> [JSONValue] {
        elements.reduce(into: existing) { merged, element in
            if let index = merged.firstIndex(where: { $0[key] != nil && $0[key] == element[key] }) {
                merged[index] = merge(element, onto: merged[index])
            } else {
                merged.append(element)
            }
        }
    }
}
