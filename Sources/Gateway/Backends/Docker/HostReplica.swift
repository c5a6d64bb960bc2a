import Foundation
import Logging
import RecordDatabase
import ServiceLifecycle
import Upstream

/// The gateway of one host, which is alone there: whoever else holds anything is dead.
struct HostReplica: ReplicaGroup, Service {
    let identity: String
    private let database: RecordDatabase?
    /// Whether labs may have gone unwatched before this gateway started.
    private let isAfterGap: Bool
    private let logger: Logger

    /// How often the database is told that this gateway lives: so much connected time of those who were there is given
    /// to them when the gateway is killed.
    private static let signInterval: Duration = .seconds(10)
    /// A gateway that ended so shortly before has watched as good as until now.
    private static let shortGapSeconds: TimeInterval = 30

    /// - Throws: `RecordDatabaseError`.
    init(_ database: RecordDatabase?, logger: Logger) async throws {
        self.database = database
        self.logger = logger
        identity = ProcessIdentity.make()
        let last = try await database?.signs().values.max()
        isAfterGap = last.map { Date.clusterNow.timeIntervalSince($0) > Self.shortGapSeconds } ?? true
        try await database?.noteSign(of: identity, at: .clusterNow)
    }

    /// There are no others.
    var absentSince: Date? { nil }

    func dead(among holders: Set<String>) async -> [DeadReplica] {
        // Whoever cannot be looked up is dead all the same; the next look may find when it last lived.
        guard let signs = try? await database?.signs() ?? [:] else { return [] }
        return holders.union(signs.keys).subtracting([identity]).map {
            DeadReplica(identity: $0, lastSign: signs[$0])
        }
    }

    func forget(_ dead: DeadReplica) async { try? await database?.forgetSign(of: dead.identity) }

    func election(_ lead: @escaping @Sendable (_ isAfterGap: Bool) async -> Void) -> any Service {
        HostLeadership(isAfterGap: isAfterGap, lead: lead)
    }

    /// Gives signs of life until graceful shutdown, and then a last one.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.signInterval)) != nil { await self.giveSign() }
        }
        await giveSign()
    }

    /// A disk that is full is told by whoever has something to save.
    private func giveSign() async { try? await database?.noteSign(of: identity, at: .clusterNow) }
}

/// The time in which the gateway of one host leads: all of it.
private struct HostLeadership: Service {
    let isAfterGap: Bool
    let lead: @Sendable (_ isAfterGap: Bool) async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await lead(isAfterGap) }
    }
}
