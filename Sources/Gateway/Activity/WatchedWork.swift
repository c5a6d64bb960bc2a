/// Runs `work` while others watch: a watcher that throws ends it, and one that returns has nothing more to say.
///
/// - Throws: What the first of them throws; the others are cancelled then, and waited for.
func working<Value: Sendable>(
    watchedBy watchers: [@Sendable () async throws -> Void], _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        for watcher in watchers {
            group.addTask {
                try await watcher()
                return nil
            }
        }
        defer { group.cancelAll() }
        for try await value in group { if let value { return value } }
        // Not reached: work returns a value, or throws.
        throw CancellationError()
    }
}
