/// Names one custom resource of the cluster.
public struct ResourceReference: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// What it describes.
    public let kind: DocumentKind
    /// Its namespace.
    public let namespace: String
    /// Its `metadata.name`.
    public let name: String

    /// Makes a reference.
    public init(kind: DocumentKind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// `students/edu01`, as kubectl takes it; stands for the file in problems.
    public var description: String { "\(kind.plural)/\(name)" }

    /// By kind, namespace and name.
    public static func < (left: ResourceReference, right: ResourceReference) -> Bool {
        (left.kind.rawValue, left.namespace, left.name) < (right.kind.rawValue, right.namespace, right.name)
    }
}
