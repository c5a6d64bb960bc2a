import Crypto
import Foundation

/// A public key that a student may log in with.
public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of key that are accepted.
    public enum KeyType: String, Hashable, Sendable, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case rsa = "ssh-rsa"
        case nistp256 = "ecdsa-sha2-nistp256"
        case nistp384 = "ecdsa-sha2-nistp384"
        case nistp521 = "ecdsa-sha2-nistp521"
    }

    /// Smallest RSA modulus, in bits: NIST SP 800-131A's least, and OpenSSH's default is above it.
    static let minimumRSABitCount = 2048
    /// Largest RSA modulus, in bits: as OpenSSH. More would make each login attempt expensive.
    static let maximumRSABitCount = 16384

    /// What kind of key it is.
    public let type: KeyType
    /// The key in the wire format of RFC 4253 §6.6.
    public let blob: [UInt8]
    /// What the line says after the key; often `user@host`.
    public let comment: String

    /// OpenSSH's name for the key: `SHA256:` and the unpadded base64 of its hash.
    public var fingerprint: String {
        "SHA256:" + UnpaddedBase64.encode(Array(SHA256.hash(data: blob)))
    }

    /// The type and the fingerprint.
    public var description: String { "\(type.rawValue) \(fingerprint)" }

    /// Reads a line of an authorized_keys file: type, base64, comment.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidPublicKey` for anything else: options, certificates, keys on
    ///   hardware tokens, weak or damaged keys.
    public static func parse(_ line: String) throws(ClassroomError) -> PublicKey {
        let words = line.split(maxSplits: 2) { $0 == " " || $0 == "\t" }
        guard !line.contains(where: \.isNewline) else { throw refusal("must be one line for each key") }
        guard let name = words.first.map(String.init) else { throw refusal("must not be empty") }
        guard let type = KeyType(rawValue: name) else { throw refusal(ofType: name, in: line) }
        guard words.count >= 2, let data = Data(base64Encoded: String(words[1])) else {
            throw refusal("the key after \(name) is not base64; copy the whole line of the .pub file")
        }
        let blob = Array(data)
        try check(blob, type)
        return PublicKey(type: type, blob: blob, comment: words.count == 3 ? String(words[2]) : "")
    }

    private static func refusal(_ message: String) -> ClassroomError {
        ClassroomError(.invalidPublicKey, message)
    }

    /// Why a line cannot begin with `name`.
    private static func refusal(ofType name: String, in line: String) -> ClassroomError {
        let known = KeyType.allCases.map(\.rawValue)
        if name.contains("-cert-v0") { return refusal("\(name): certificates are not verified yet") }
        if name.hasPrefix("sk-") { return refusal("\(name): user presence cannot be checked yet") }
        if name == "ssh-dss" { return refusal("ssh-dss: DSA keys are too weak") }
        if name == "-----BEGIN" {
            return refusal("this is a PEM file, perhaps a private key; give the .pub file's line")
        }
        if line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," }).dropFirst()
            .contains(where: { known.contains(String($0)) || $0.hasPrefix("sk-") })
        {
            return refusal("options before the key are not supported; begin the line with the key's type")
        }
        return refusal("unknown key type \(name.prefix(64)); \(Spelling.advice(for: name, known: known))")
    }

    /// Checks that the blob is one key of this type, whole.
    private static func check(_ blob: [UInt8], _ type: KeyType) throws(ClassroomError) {
        var reader = WireReader(blob)
        guard let inner = reader.string(), inner == Array(type.rawValue.utf8) else {
            throw refusal("the line says \(type.rawValue) but the key in it is of another type")
        }
        let isWhole: Bool
        switch type {
        case .ed25519:
            isWhole = reader.string()?.count == 32
        case .rsa:
            let exponent = reader.string()
            let modulus = reader.string()?.drop { $0 == 0 } ?? []
            let bitCount = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            isWhole = exponent?.isEmpty == false && !modulus.isEmpty
            if isWhole, !(minimumRSABitCount...maximumRSABitCount).contains(bitCount) {
                throw refusal("RSA keys must have \(minimumRSABitCount) to \(maximumRSABitCount) bits, not \(bitCount)")
            }
        case .nistp256, .nistp384, .nistp521:
            let curve = reader.string()
            let pointByteCount = type == .nistp256 ? 65 : type == .nistp384 ? 97 : 133
            isWhole = curve == Array(type.rawValue.utf8.suffix(8)) && reader.string()?.count == pointByteCount
        }
        guard isWhole, reader.isAtEnd else {
            throw refusal("the key is damaged; copy the whole line of the .pub file")
        }
    }
}
