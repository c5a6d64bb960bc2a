import Foundation

/// Base64 without padding, as the PHC string format and OpenSSH's fingerprints have it.
enum UnpaddedBase64 {
    /// The text for `bytes`.
    static func encode(_ bytes: [UInt8]) -> String {
        let padded = Data(bytes).base64EncodedString()
        return String(padded.prefix { $0 != "=" })
    }

    /// The bytes that `text` stands for; nil if it is not base64, or is padded, or not the one way to write them.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: String(text) + padding).map({ Array($0) }), encode(bytes) == text else {
            return nil
        }
        return bytes
    }
}
