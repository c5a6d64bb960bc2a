/// What a record is about.
struct RecordKind: Hashable, Sendable {
    /// One word, such as `ledger`.
    let name: String
    /// Key of the label that says whose a record is.
    let ownerKey: String
}

/// Which record.
struct RecordKey: Hashable, Sendable {
    let kind: RecordKind
    /// Whose it is: a student's or a course's name.
    let owner: String
}
