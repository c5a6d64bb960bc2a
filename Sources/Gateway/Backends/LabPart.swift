/// One thing that a lab is made of, such as the claim of its home.
struct LabPart: Sendable {
    /// Creates it. That it is there already is an error.
    let create: @Sendable () async throws(BackendError) -> Void
    /// Whether it is there, and not about to go.
    let isThere: @Sendable () async throws(BackendError) -> Bool
}
