/// Runs `body`, and then `cleanUp`, however that has ended.
///
/// - Throws: what `body` threw, or else what `cleanUp` did.
func cleaningUp<Value>(_ cleanUp: () async throws -> Void, after body: () async throws -> Value) async throws -> Value {
    let value: Value
    do {
        value = try await body()
    } catch {
        try? await cleanUp()
        throw error
    }
    try await cleanUp()
    return value
}
