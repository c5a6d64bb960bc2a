import Kubernetes

/// Leases as this gateway has written them, until the cache of all Leases has them, too.
///
/// Resource versions are compared here, which the API does not promise to work: a guess that is wrong costs a conflict
/// and nothing else.
struct WrittenLeases: Sendable {
    /// By name.
    private var leases: [String: Lease] = [:]
    /// With so many, those are looked for that the cache has caught up with: twice as many as were left the last time,
    /// so that a cache that is late does not make each write a search.
    private var searchCount = minimumSearchCount

    private static let minimumSearchCount = 64

    /// How many are kept.
    var count: Int { leases.count }

    /// Notes a Lease that was written.
    ///
    /// - Parameter cached: the Lease of a name as the cache has it.
    mutating func note(_ lease: Lease, cached: (_ name: String) -> Lease?) {
        leases[lease.metadata.name] = lease
        guard leases.count >= searchCount else { return }
        leases = leases.filter { Self.isNewer($0.value, than: cached($0.key)) }
        searchCount = max(Self.minimumSearchCount, leases.count * 2)
    }

    /// The newer of what was written and what is cached under a name; nil if there is neither.
    mutating func newest(_ name: String, cached: Lease?) -> Lease? {
        guard let written = leases[name] else { return cached }
        if Self.isNewer(written, than: cached) { return written }
        leases[name] = nil
        return cached
    }

    private static func isNewer(_ written: Lease, than cached: Lease?) -> Bool {
        version(written) > version(cached)
    }

    private static func version(_ lease: Lease?) -> UInt64 {
        lease.flatMap { UInt64($0.metadata.resourceVersion) } ?? 0
    }
}
