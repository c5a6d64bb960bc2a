extension APIClient {
    /// Runs a command in a container and hands its streams to `body`; the connection is closed when `body` returns
    /// or throws. Closing it does not end the command: the Kubernetes API has no way to do so.
    ///
    /// - Throws: ``APIError`` if the exec was refused or the connection failed before `body` was called, else what
    ///   `body` throws.
    public func withExec<Value>(
        _ request: ExecRequest, _ body: (ExecStream) async throws -> Value
    ) async throws -> Value {
        let stream = try await openStream(request)
        defer { stream.close() }
        return try await body(ExecStream(stream: stream))
    }
}
