/// Tells JSON from other YAML before a YAML parser reads it.
///
/// Nearly all JSON is YAML, so one parser reads both; but text that claims to be JSON must not bring along what only
/// YAML has, aliases above all.
enum JSONText {
    private static let tokenBytes = Set(" \t\r\n{}[]:,+-.0123456789eEtrufalsn".utf8)

    /// Whether the text is an object or an array, and outside of quotes has nothing but what JSON is made of.
    static func hasOnlyJSONTokens(_ text: String) -> Bool {
        var isQuoted = false
        var isEscaped = false
        var first: UInt8?
        for byte in text.utf8 {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
                continue
            }
            if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if !tokenBytes.contains(byte) {
                return false
            }
            if first == nil, byte > UInt8(ascii: " ") { first = byte }
        }
        return !isQuoted && (first == UInt8(ascii: "{") || first == UInt8(ascii: "["))
    }
}
