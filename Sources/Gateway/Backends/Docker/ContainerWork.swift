import Foundation

/// What this gateway is doing with a container, which the engine does not tell.
enum ContainerWork: Hashable, Sendable {
    /// It is being made.
    case starting
    /// It is being deleted, and should be gone by then.
    case ending(due: Date)
}
