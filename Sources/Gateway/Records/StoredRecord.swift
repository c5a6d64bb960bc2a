/// A record as it is kept.
struct StoredRecord: Hashable, Sendable {
    let key: RecordKey
    /// What it says, as JSON; nil where its place is there and empty.
    let text: String?
    /// No other record, or state of this one, has the same.
    let version: String
}
