import Crypto
public import Foundation

/// The secret that a student's authenticator app shares with the gateway, and the codes that follow from it: time-based
/// one-time passwords (RFC 6238) with HMAC-SHA-1, six digits and steps of 30 seconds, which every app can do.
///
/// Never printed but by ``text``: its description says no more than how long it is.
public struct TOTPKey: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// Seconds for which a code is shown.
    public static let stepSeconds: Int64 = 30
    /// Digits of a code.
    public static let digitCount = 6
    /// Steps before and after the present one whose codes are taken as well: for clocks that differ, and slow hands.
    static let tolerance: Int64 = 1
    /// Least length in bytes: 128 bits, as RFC 4226 §4 (R6) requires.
    static let minimumByteCount = 16
    /// Greatest length in bytes: a block of SHA-1. More would be hashed to less.
    static let maximumByteCount = 64

    private let bytes: [UInt8]

    /// Reads a key as it stands in a document: base 32, upper case, without padding.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidTOTPKey`, whose message never repeats the key.
    public static func parse(_ text: String) throws(ClassroomError) -> TOTPKey {
        func refusal(_ message: String) -> ClassroomError {
            ClassroomError(.invalidTOTPKey, "\(message); make one with labgate totp")
        }
        guard text.utf8.allSatisfy(Base32.digits.contains) else {
            throw refusal("is not base 32: only A to Z and 2 to 7, without spaces and padding")
        }
        guard let bytes = Base32.decode(text) else { throw refusal("is damaged: its end is missing, or not its own") }
        guard (minimumByteCount...maximumByteCount).contains(bytes.count) else {
            throw refusal("must have \(minimumByteCount * 8) to \(maximumByteCount * 8) bits, not \(bytes.count * 8)")
        }
        return TOTPKey(bytes: bytes)
    }

    /// A new random key of 160 bits, as RFC 4226 §4 (R6) recommends, from the system's cryptographic generator.
    public static func make() -> TOTPKey {
        var random = SystemRandomNumberGenerator()
        return TOTPKey(bytes: (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// The key as it is to be written into a document. A secret.
    public var text: String { Base32.encode(bytes) }

    /// How long it is.
    public var description: String { "TOTP key of \(bytes.count * 8) bits" }

    /// Nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The key as authenticator apps read it, from a QR code: `otpauth://totp/…`. A secret.
    ///
    /// - Parameters:
    ///   - issuer: who asks for the code, such as the school.
    ///   - account: whose it is.
    public func uri(issuer: String, account: String) -> String {
        let (issuer, account) = (Self.percentEncoded(issuer), Self.percentEncoded(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(text)&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(Self.digitCount)&period=\(Self.stepSeconds)"
    }

    /// All but RFC 3986's unreserved characters encoded: a space as + would be shown as such.
    private static func percentEncoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    // MARK: Codes

    /// The time step that a moment is in (RFC 6238 §4.2). Steps begin at their first instant.
    public static func step(at time: Date) -> Int64 {
        Int64((time.timeIntervalSince1970 / Double(stepSeconds)).rounded(.down))
    }

    /// The code of a time step (RFC 4226 §5.3): six digits.
    public func code(at step: Int64) -> String {
        let number = truncatedMAC(at: step) % 1_000_000
        let digits = String(number)
        return String(repeating: "0", count: Self.digitCount - digits.count) + digits
    }

    /// The time steps around `time` that this is the code of; usually none or one. Takes the same time whichever.
    func steps(of code: [UInt8], around time: Date) -> [Int64] {
        let present = Self.step(at: time)
        var steps: [Int64] = []
        for step in (present - Self.tolerance)...(present + Self.tolerance)
        where ConstantTime.equal(Array(self.code(at: step).utf8), code) {
            steps.append(step)
        }
        return steps
    }

    /// The dynamic truncation of RFC 4226 §5.3, before it is cut to digits.
    func truncatedMAC(at step: Int64) -> UInt32 {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: bytes)))
        let offset = Int(mac[mac.count - 1] & 15)
        let word = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return word & 0x7fff_ffff
    }
}
