import Foundation
import ServiceLifecycle

/// The gateways that serve the same students.
protocol ReplicaGroup: Sendable {
    /// This gateway, unlike any other that is or was.
    var identity: String { get }
    /// When the others last had reason to take this gateway for dead; nil if never.
    var absentSince: Date? { get }
    /// Those that have died, of all that hold something or are known. Asked by the leader alone, again and again.
    func dead(among holders: Set<String>) async -> [DeadReplica]
    /// Nothing is held by a gateway that has died any more.
    func forget(_ dead: DeadReplica) async
    /// Runs `lead` on one of the gateways at a time; it is cancelled when another is to lead.
    ///
    /// - Parameter lead: told whether labs may have gone unwatched before.
    func election(_ lead: @escaping @Sendable (_ isAfterGap: Bool) async -> Void) -> any Service
}

/// A gateway that has died.
struct DeadReplica: Hashable, Sendable {
    let identity: String
    /// Its last sign of life; nil if nobody knows.
    let lastSign: Date?
}
