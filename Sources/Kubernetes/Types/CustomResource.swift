/// An object of a kind that a CustomResourceDefinition defines and that only the caller knows.
public struct CustomResource: KubernetesObject {
    /// Group and version, such as `labgate.dev/v1alpha1`.
    public var apiVersion: String
    /// The kind, such as `Course`.
    public var kind: String
    /// Name, labels, annotations and identity.
    public var metadata: ObjectMeta
    /// What was asked for; null if it is missing.
    public var spec: JSONValue
    /// What is, as far as anybody has said.
    public var status: JSONValue?

    /// Makes an object by hand.
    public init(
        apiVersion: String, kind: String, metadata: ObjectMeta, spec: JSONValue = nil, status: JSONValue? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

extension CustomResource {
    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, metadata, spec, status
    }

    /// Decodes an object; only `metadata` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.decodeIfPresent(String.self, forKey: .apiVersion) ?? ""
        kind = try container.decodeIfPresent(String.self, forKey: .kind) ?? ""
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(JSONValue.self, forKey: .spec) ?? .null
        status = try container.decodeIfPresent(JSONValue.self, forKey: .status)
    }
}
