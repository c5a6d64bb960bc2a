/// Which port of a running pod to connect to. The connection is made inside the pod's network namespace, to `localhost`.
public struct PortForwardRequest: Hashable, Sendable {
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// The TCP port.
    public var port: UInt16

    /// Describes a port-forward.
    public init(namespace: String, pod: String, port: UInt16) {
        self.namespace = namespace
        self.pod = pod
        self.port = port
    }
}
