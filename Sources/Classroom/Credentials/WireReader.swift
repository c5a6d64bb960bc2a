/// Reads the length-prefixed strings of RFC 4251 §5.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    /// Reads from the start of `bytes`.
    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Whether everything was read.
    var isAtEnd: Bool { rest.isEmpty }

    /// The next string; nil if what is left is not a whole one.
    mutating func string() -> [UInt8]? {
        guard rest.count >= 4 else { return nil }
        let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count - 4 >= count else { return nil }
        defer { rest = rest.dropFirst(4 + count) }
        return Array(rest.dropFirst(4).prefix(count))
    }
}
