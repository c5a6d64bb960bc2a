extension APIClient {
    /// Connects to a port of a pod and hands the connection to `body`; it is closed when `body` returns or throws.
    ///
    /// The protocol has no word for "connected": the stream is open as soon as the node has been reached. Where nothing
    /// listens on the port, it ends a moment later, with the reason in ``PortForwardStream/failure``.
    ///
    /// - Throws: ``APIError`` if the port-forward was refused or the node could not be reached, else what `body` throws.
    public func withPortForward<Value>(
        _ request: PortForwardRequest, _ body: (PortForwardStream) async throws -> Value
    ) async throws -> Value {
        let stream = try await openStream(request)
        defer { stream.close() }
        return try await body(PortForwardStream(stream: stream))
    }
}
