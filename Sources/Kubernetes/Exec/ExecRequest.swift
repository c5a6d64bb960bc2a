/// What to run in a container of a running pod, and with which streams.
///
/// The command travels in the URL and so ends up in the API server's audit log: no secret belongs in it.
public struct ExecRequest: Hashable, Sendable {
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// The container in the pod.
    public var container: String
    /// The program and its arguments; no shell takes part unless it is named here.
    public var command: [String]
    /// True to run it on a terminal; stdout and stderr then are one stream.
    public var tty: Bool
    /// True to connect its standard input. Some runtimes end an exec without stdin too early, so prefer true
    /// and close it.
    public var stdin: Bool

    /// Describes an exec.
    public init(
        namespace: String, pod: String, container: String, command: [String], tty: Bool, stdin: Bool = true
    ) {
        self.namespace = namespace
        self.pod = pod
        self.container = container
        self.command = command
        self.tty = tty
        self.stdin = stdin
    }
}
