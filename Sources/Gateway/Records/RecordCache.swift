import Synchronization

/// Records as they were read, each kept while it is stored as it is: a sweep looks at those of all students, of which
/// few have changed since the last one.
final class RecordCache<Value: Record>: Sendable {
    private struct Entry {
        let version: String
        let value: Value
    }

    /// By owner.
    private let entries = Mutex<[String: Entry]>([:])

    /// Entries that are kept without knowing whether their records are still there.
    private static var spareCount: Int { 1024 }

    /// - Throws: what the decoder throws for text that is damaged, or of a version to come.
    func value(of record: StoredRecord) throws -> Value {
        let owner = record.key.owner
        if let known = entries.withLock({ $0[owner] }), known.version == record.version { return known.value }
        let value = try record.text.map(Value.init(text:)) ?? Value()
        entries.withLock { $0[owner] = Entry(version: record.version, value: value) }
        return value
    }

    /// Forgets records that are gone, if there are many: never are there many more entries than records.
    func trim(to records: [StoredRecord]) {
        entries.withLock { entries in
            guard entries.count > records.count + Self.spareCount else { return }
            let owners = Set(records.map(\.key.owner))
            entries = entries.filter { owners.contains($0.key) }
        }
    }
}
