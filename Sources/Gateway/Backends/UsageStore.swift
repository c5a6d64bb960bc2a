/// Where records are kept that all gateways share, each changed by compare-and-swap: leases of a cluster, or the
/// database of one host.
///
/// Reading what is known is cheap and never waits.
protocol UsageStore: Sendable {
    /// Whether all records that there are have been seen.
    var isSynced: Bool { get }
    /// The record as last seen, what this gateway has written included; nil if there is none.
    func record(_ key: RecordKey) -> StoredRecord?
    /// All records of a kind as last seen.
    func records(_ kind: RecordKind) -> [StoredRecord]
    /// The record now and after each change; nil while there is none. A slow reader gets the latest.
    func updates(of key: RecordKey) -> any AsyncSequence<StoredRecord?, Never> & Sendable
    /// The record, which is asked for; nil if there is none.
    func read(_ key: RecordKey) async throws(BackendError) -> StoredRecord?
    /// Writes a record in place of the one that was read, or the first of its key.
    ///
    /// - Throws: `BackendError`: `conflict`, `alreadyExists` or `notFound` if it is not as it was read.
    func write(_ text: String, _ key: RecordKey, over old: StoredRecord?) async throws(BackendError)
}
