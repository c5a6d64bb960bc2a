import Crypto
import Foundation

/// Tells labs apart that were made from different versions of a course, or of the configuration: labels of labs hold it, so
/// the same has to be made of the same for ever.
enum SpecHash {
    /// 16 hexadecimal digits.
    static func of(_ spec: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding strings, numbers and their containers does not fail.
        let bytes = (try? encoder.encode(spec)) ?? Data()
        return hexadecimal(SHA256.hash(data: bytes).prefix(8))
    }

    /// Two digits a byte.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
