import Synchronization

/// The names of records' Leases, each worked out once: they are asked for at every look at a record, and cost a hash.
final class LeaseNames: Sendable {
    private let names = Mutex<[RecordKey: String]>([:])

    /// Names that are kept; with more records than that all are worked out anew. A name takes some 200 bytes.
    static let maximumCount = 65_536

    /// The name of the record's Lease.
    func name(of key: RecordKey) -> String {
        if let known = names.withLock({ $0[key] }) { return known }
        let name = LabName.record(key.kind.name, of: key.owner)
        names.withLock { names in
            if names.count >= Self.maximumCount { names = [:] }
            names[key] = name
        }
        return name
    }
}
