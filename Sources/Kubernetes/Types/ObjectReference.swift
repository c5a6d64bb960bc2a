/// Which object something is about.
public struct ObjectReference: Hashable, Sendable {
    /// Group and version, such as `v1`.
    public var apiVersion: String
    /// The kind, such as `Pod`.
    public var kind: String
    /// The object's name.
    public var name: String
    /// The object's namespace.
    public var namespace: String
    /// Tells the object from an earlier or later one of the same name.
    public var uid: String

    /// Refers to an object by what is known of it.
    public init(apiVersion: String, kind: String, name: String, namespace: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.uid = uid
    }

    /// Refers to an object by its metadata.
    public init(apiVersion: String, kind: String, metadata: ObjectMeta) {
        self.init(
            apiVersion: apiVersion, kind: kind, name: metadata.name, namespace: metadata.namespace, uid: metadata.uid)
    }
}

extension ObjectReference {
    /// The reference as manifests have it.
    var json: JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
            "namespace": .string(namespace), "uid": .string(uid),
        ]
    }
}

extension Pod {
    /// Refers to this pod.
    public var reference: ObjectReference { ObjectReference(apiVersion: "v1", kind: "Pod", metadata: metadata) }
}

extension CustomResource {
    /// Refers to this object.
    public var reference: ObjectReference { ObjectReference(apiVersion: apiVersion, kind: kind, metadata: metadata) }
}
