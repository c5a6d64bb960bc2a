/// A record as the database has it.
public struct DatabaseRecord: Hashable, Sendable {
    /// What it is, in one word.
    public var kind: String
    /// Whose it is.
    public var owner: String
    /// What it says.
    public var text: String
    /// No other record, or state of this one, has or had the same.
    public var version: Int64
}
