/// Runs `body` and cancels it after this long.
///
/// - Throws: ``APIError`` with the code `timeout` in that case, else what `body` throws.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration, operation: String, _ body: @escaping @Sendable () async throws(APIError) -> Value
) async throws(APIError) -> Value {
    let result = await withTaskGroup(of: Result<Value, APIError>.self) { group in
        group.addTask {
            do throws(APIError) { return .success(try await body()) } catch { return .failure(error) }
        }
        group.addTask {
            do {
                try await Task.sleep(for: limit)
                return .failure(APIError(code: .timeout, operation: operation, message: "no answer within \(limit)"))
            } catch {
                return .failure(APIError(code: .cancelled, operation: operation, message: "cancelled"))
            }
        }
        defer { group.cancelAll() }
        return await group.next()
            ?? .failure(APIError(code: .cancelled, operation: operation, message: "cancelled"))
    }
    return try result.get()
}
