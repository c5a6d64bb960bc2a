/// The checksum of POSIX `cksum`.
enum Cksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { sum, _ in sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7 }
    }

    /// The line that `cksum` prints for a block repeated this often.
    static func line(repeating block: [UInt8], count: Int) -> String {
        var sum: UInt32 = 0
        block.withUnsafeBufferPointer { block in
            for _ in 0..<count { for byte in block { sum = sum << 8 ^ table[Int(UInt8(sum >> 24) ^ byte)] } }
        }
        var length = block.count * count
        let total = length
        while length > 0 {
            sum = sum << 8 ^ table[Int(UInt8(sum >> 24) ^ UInt8(length & 255))]
            length >>= 8
        }
        return "\(~sum) \(total)\n"
    }
}
