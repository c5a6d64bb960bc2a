import Foundation

/// The end of a lab whose deletion was asked for.
struct LabEnding: Hashable, Sendable {
    /// When it should be gone.
    let due: Date
    /// Whether its node is known not to answer.
    let isNodeLost: Bool
}
