/// A custom resource as it arrives from the Kubernetes API.
public struct ResourceDocument: Hashable, Sendable {
    /// Which resource it is.
    public let reference: ResourceReference
    /// `metadata.uid`: another one under the same name is another resource.
    public let uid: String
    /// `metadata.generation`, which the API server raises with each change of the `spec`. Whoever has none may give
    /// `resourceVersion`; the document is then read again after each change of its status too.
    public let generation: String
    /// The resource as JSON: `apiVersion`, `kind`, `metadata.name` and `spec`. Others, as `status`, are passed over.
    public let json: String

    /// Takes a resource.
    public init(reference: ResourceReference, uid: String, generation: String, json: String) {
        self.reference = reference
        self.uid = uid
        self.generation = generation
        self.json = json
    }
}
