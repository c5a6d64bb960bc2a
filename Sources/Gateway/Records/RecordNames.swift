import Synchronization

/// The names of owners' Leases, each worked out once: they are asked for at every look at a record, and cost a hash.
final class RecordNames: Sendable {
    private let kind: String
    /// By owner.
    private let names = Mutex<[String: String]>([:])

    /// Names that are kept; with more owners than that all are worked out anew. A name takes some 200 bytes.
    static let maximumCount = 65_536

    /// - Parameter kind: of the records, as in ``LabName/record(_:of:)``.
    init(of kind: String) {
        self.kind = kind
    }

    /// The name of the owner's Lease.
    func name(of owner: String) -> String {
        if let known = names.withLock({ $0[owner] }) { return known }
        let name = LabName.record(kind, of: owner)
        names.withLock { names in
            if names.count >= Self.maximumCount { names = [:] }
            names[owner] = name
        }
        return name
    }
}
