import Upstream

/// A request that opens a WebSocket to a pod.
protocol PodStreamRequest: Sendable {
    /// What is asked, for error messages.
    var operation: String { get }
    /// Path and query of the request.
    var target: String { get }
    /// The subprotocols offered, in one header.
    var subprotocols: String { get }
    /// True if a terminal's size can be told.
    var hasTerminal: Bool { get }
    /// Who reads the server's frames.
    func decoder(_ configuration: PodStreamConfiguration) -> any PodStreamDecoder
}

extension ExecRequest: PodStreamRequest {
    var operation: String { "exec \(namespace)/\(pod)" }
    var subprotocols: String { PodStreamSubprotocol.offer }
    var hasTerminal: Bool { tty }

    /// With a terminal, stderr isn't asked for: the kubelet has none to give.
    var target: String {
        var query = ["container=\(container.percentEncoded)"]
        query += ["stdin=\(stdin)", "stdout=true", "stderr=\(!tty)", "tty=\(tty)"]
        query += command.map { "command=\($0.percentEncoded)" }
        return "/api/v1/namespaces/\(namespace.percentEncoded)/pods/\(pod.percentEncoded)/exec?"
            + query.joined(separator: "&")
    }

    func decoder(_ configuration: PodStreamConfiguration) -> any PodStreamDecoder {
        ExecMessageDecoder(maximumStatusBytes: configuration.maximumStatusBytes)
    }
}

extension PortForwardRequest: PodStreamRequest {
    var operation: String { "port-forward \(namespace)/\(pod) \(port)" }
    /// The one that needs no SPDY inside; kubelets of all versions speak it.
    var subprotocols: String { PodStreamSubprotocol.v4.rawValue }
    var hasTerminal: Bool { false }

    var target: String {
        "/api/v1/namespaces/\(namespace.percentEncoded)/pods/\(pod.percentEncoded)/portforward?ports=\(port)"
    }

    func decoder(_ configuration: PodStreamConfiguration) -> any PodStreamDecoder {
        PortForwardMessageDecoder()
    }
}
