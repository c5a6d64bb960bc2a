import NIOCore
import NIOPosix

/// What accepts connections for servers whose answers tests write.
enum FakeServer {
    /// Serves on a free port of the loopback interface while `body` runs.
    ///
    /// A connection that is dropped before anybody has closed it ends the process (`NIOAsyncWriter`). So no more are
    /// accepted before those that were are told to end, and all are on one event loop, where none is on its way meanwhile.
    ///
    /// - Parameters:
    ///   - initializer: what makes a connection of a channel.
    ///   - serve: serves one; it is cancelled after `body`.
    static func with<Connection: Sendable, Value>(
        initializer: @escaping @Sendable (any Channel) throws -> Connection,
        serve: @escaping @Sendable (Connection) async -> Void, _ body: (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try initializer(channel) }
            }
        async let connections: Void = accept(from: server, serve)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(server.channel.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        server.channel.close(promise: nil)
        try await connections
        return try result.get()
    }

    private static func accept<Connection: Sendable>(
        from server: NIOAsyncChannel<Connection, Never>, _ serve: @escaping @Sendable (Connection) async -> Void
    ) async throws {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask { await serve(connection) }
                }
                group.cancelAll()
            }
        }
    }
}
