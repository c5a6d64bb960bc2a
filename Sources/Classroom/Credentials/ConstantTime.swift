/// Comparison that takes the same time however much agrees.
enum ConstantTime {
    /// Whether the bytes are the same; returns at once only if the counts differ, which are no secret.
    static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
