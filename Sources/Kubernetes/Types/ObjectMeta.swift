public import Foundation

/// The part of `ObjectMeta` that this client uses.
public struct ObjectMeta: Hashable, Sendable {
    /// Unique among objects of one kind in one namespace.
    public var name: String
    /// Empty for cluster-wide objects.
    public var namespace: String
    /// Tells this object from an earlier or later one of the same name.
    public var uid: String
    /// Opaque version of the object in the API server's store.
    public var resourceVersion: String
    /// Which version of what was asked for it is; nil for kinds that do not count them.
    public var generation: Int?
    /// Labels, by key.
    public var labels: [String: String]
    /// Annotations, by key.
    public var annotations: [String: String]
    /// When the object was created.
    public var creationTimestamp: Date?
    /// When the object is to be gone; set means that it is being deleted.
    public var deletionTimestamp: Date?

    /// Makes metadata by hand.
    public init(
        name: String, namespace: String = "", uid: String = "", resourceVersion: String = "",
        generation: Int? = nil, labels: [String: String] = [:], annotations: [String: String] = [:],
        creationTimestamp: Date? = nil, deletionTimestamp: Date? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.labels = labels
        self.annotations = annotations
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
    }
}

extension ObjectMeta: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, namespace, uid, resourceVersion, generation, labels, annotations, creationTimestamp,
            deletionTimestamp
    }

    /// Decodes metadata; whatever is missing is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        namespace = try container.decodeIfPresent(String.self, forKey: .namespace) ?? ""
        uid = try container.decodeIfPresent(String.self, forKey: .uid) ?? ""
        resourceVersion = try container.decodeIfPresent(String.self, forKey: .resourceVersion) ?? ""
        generation = try container.decodeIfPresent(Int.self, forKey: .generation)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        creationTimestamp = try container.decodeIfPresent(Date.self, forKey: .creationTimestamp)
        deletionTimestamp = try container.decodeIfPresent(Date.self, forKey: .deletionTimestamp)
    }
}

extension ObjectMeta {
    /// The metadata as it is written: what the API server sets by itself is left out, but for the UID and the resource
    /// version, which it takes for preconditions.
    var manifest: JSONValue {
        var manifest: JSONValue = ["name": .string(name)]
        if !namespace.isEmpty { manifest["namespace"] = .string(namespace) }
        if !uid.isEmpty { manifest["uid"] = .string(uid) }
        if !resourceVersion.isEmpty { manifest["resourceVersion"] = .string(resourceVersion) }
        if !labels.isEmpty { manifest["labels"] = .object(labels.mapValues { .string($0) }) }
        if !annotations.isEmpty { manifest["annotations"] = .object(annotations.mapValues { .string($0) }) }
        return manifest
    }
}
