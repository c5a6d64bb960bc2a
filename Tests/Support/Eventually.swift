/// What limits of time are multiplied with: they are those of a machine that has nothing else to do, and many have, or
/// stand still for half a minute now and then. How fast something is, benchmarks say.
private let patience = 3

/// Looks until `condition` holds; false when it does not within `limit`, and three times that.
public func eventually(
    within limit: Duration = .seconds(20), every pause: Duration = .milliseconds(5),
    _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit * patience
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: pause)
    }
    return try await condition()
}
