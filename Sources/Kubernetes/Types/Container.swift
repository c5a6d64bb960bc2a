/// The part of a pod's `Container` that this client uses.
public struct Container: Hashable, Sendable, Decodable {
    /// Unique within the pod.
    public var name: String
    /// The image it is to run.
    public var image: String?

    /// Makes a container by hand.
    public init(name: String, image: String? = nil) {
        self.name = name
        self.image = image
    }
}
