import Kubernetes
import Synchronization

/// Records as they were read, each kept while its Lease stays as it is: a sweep looks at those of all students, of
/// which few have changed since the last one.
final class RecordCache<Record: LeaseRecord>: Sendable {
    private struct Entry {
        let uid: String
        let resourceVersion: String
        let record: Record
    }

    /// By the Leases' names.
    private let entries = Mutex<[String: Entry]>([:])

    /// Entries that are kept without knowing whether their Leases are still there.
    private static var spareCount: Int { 1024 }

    /// The record in a Lease; an empty one if the Lease has none.
    ///
    /// - Throws: what the decoder throws for text that is damaged, or of a version to come.
    func record(of lease: Lease) throws -> Record {
        guard let text = lease.metadata.annotations[Record.annotation] else { return Record() }
        let (name, uid, version) = (lease.metadata.name, lease.metadata.uid, lease.metadata.resourceVersion)
        let known = entries.withLock { $0[name] }
        if let known, known.uid == uid, known.resourceVersion == version { return known.record }
        let record = try Record(text: text)
        // Without a version nothing tells whether it is the same.
        guard !version.isEmpty else { return record }
        entries.withLock { $0[name] = Entry(uid: uid, resourceVersion: version, record: record) }
        return record
    }

    /// Forgets the records of Leases that are gone, if there are many: never are there many more than Leases.
    func trim(to leases: [Lease]) {
        entries.withLock { entries in
            guard entries.count > leases.count + Self.spareCount else { return }
            let names = Set(leases.map(\.metadata.name))
            entries = entries.filter { names.contains($0.key) }
        }
    }
}
