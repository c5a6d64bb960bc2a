/// An object with a name in a namespace, as far as this client uses its kind.
public protocol KubernetesObject: Decodable, Hashable, Sendable {
    /// Name, labels, annotations and identity.
    var metadata: ObjectMeta { get }
}

extension Pod: KubernetesObject {}
extension PersistentVolumeClaim: KubernetesObject {}
