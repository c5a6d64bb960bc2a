/// What a `SelfSubjectAccessReview` asks about: one verb on one resource.
public struct ResourceAttributes: Hashable, Sendable {
    /// The namespace; empty means cluster-wide, or all namespaces.
    public var namespace: String
    /// `get`, `list`, `watch`, `create`, `delete`, `patch` and so on.
    public var verb: String
    /// The API group; empty is the core group.
    public var group: String
    /// The resource in the plural, such as `pods`.
    public var resource: String
    /// The subresource, such as `exec`; empty for none.
    public var subresource: String
    /// One object; empty for all.
    public var name: String

    /// Asks about `verb` on `resource`, or on a subresource of it.
    public init(
        verb: String, resource: String, subresource: String = "", group: String = "", namespace: String = "",
        name: String = ""
    ) {
        self.namespace = namespace
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.name = name
    }
}
