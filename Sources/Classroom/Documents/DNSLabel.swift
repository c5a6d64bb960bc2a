/// DNS-1123 labels, Kubernetes' commonest kind of name.
enum DNSLabel {
    /// Whether `text` is 1…63 of `a-z`, `0-9` and `-`, with no hyphen at either end.
    static func isValid(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(bytes.count) && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
            }
    }
}
