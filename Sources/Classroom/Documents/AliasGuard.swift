/// Tells files that would keep the YAML parser busy for ever.
///
/// The parser hashes every key of a mapping to find duplicates. A key that is, or contains, an alias to nested aliases
/// has exponentially many values to hash, before any check of ours sees the result. The test is on the text and errs
/// on the side of refusing, but only in files that use aliases at all.
enum AliasGuard {
    /// Whether the text uses aliases and also has keys other than plain words.
    static func mayExplodeWhileParsing(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var hasAlias = false
        var hasComplexKey = false
        var atTokenStart = true
        for index in bytes.indices {
            let byte = bytes[index]
            if atTokenStart, byte == UInt8(ascii: "*") {
                hasAlias = true
                let end = bytes[index...].firstIndex { isBlank($0) || isFlowIndicator($0) } ?? bytes.endIndex
                hasComplexKey = hasComplexKey || isFollowedByColon(bytes[end...])
            }
            if atTokenStart, byte == UInt8(ascii: "?"), index + 1 == bytes.count || isBlank(bytes[index + 1]) {
                hasComplexKey = true
            }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                hasComplexKey = hasComplexKey || isFollowedByColon(bytes[(index + 1)...])
            }
            atTokenStart = isBlank(byte) || isFlowIndicator(byte) || (byte == UInt8(ascii: ":") && !atTokenStart)
            if hasAlias, hasComplexKey { return true }
        }
        return false
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: "\r")
    }

    private static func isFlowIndicator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "{")
            || byte == UInt8(ascii: "}") || byte == UInt8(ascii: ",")
    }

    private static func isFollowedByColon(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first { !isBlank($0) } == UInt8(ascii: ":")
    }
}
