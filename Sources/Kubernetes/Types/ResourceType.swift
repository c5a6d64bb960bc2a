import Upstream

/// A resource of the API, such as `pods` or `courses.labgate.dev`, and how its objects are read.
///
/// The Swift type goes with the name, so that `get(.leases, …)` is a ``Lease``. For a kind that is known to the caller
/// only, ``CustomResource`` is that type; `JSONValue` reads anything.
public struct ResourceType<Object: Decodable & Sendable>: Hashable, Sendable {
    /// The API group; empty is the core group.
    public var group: String
    /// The version of the group, such as `v1`.
    public var version: String
    /// The resource's name in paths: the kind in the plural, in lower case.
    public var plural: String

    /// Names a resource.
    public init(group: String = "", version: String, plural: String) {
        self.group = group
        self.version = version
        self.plural = plural
    }

    /// The group and version as objects carry them, such as `v1` or `coordination.k8s.io/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The encoded path of a namespace's objects, of one object, or of a subresource of it.
    func path(namespace: String, name: String? = nil, subresource: String? = nil) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        let object = [name, subresource].compactMap { $0.map { "/\($0.percentEncoded)" } }.joined()
        return "\(root)/namespaces/\(namespace.percentEncoded)/\(plural)\(object)"
    }
}

extension ResourceType: CustomStringConvertible {
    /// The resource as `kubectl` takes it, such as `pods` or `courses.labgate.dev`.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType where Object == Pod {
    /// Pods.
    public static var pods: Self { Self(version: "v1", plural: "pods") }
}

extension ResourceType where Object == PersistentVolumeClaim {
    /// Claims of volumes.
    public static var persistentVolumeClaims: Self { Self(version: "v1", plural: "persistentvolumeclaims") }
}

extension ResourceType where Object == Event {
    /// What happened to objects.
    public static var events: Self { Self(version: "v1", plural: "events") }
}

extension ResourceType where Object == Lease {
    /// Leases.
    public static var leases: Self { Self(group: "coordination.k8s.io", version: "v1", plural: "leases") }
}
