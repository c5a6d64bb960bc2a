/// The authentication methods that a server offers (RFC 4252 §5).
public struct AuthenticationMethods: OptionSet, Hashable, Sendable {
    /// One bit per method.
    public let rawValue: UInt8

    /// Makes a set from its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `publickey` (RFC 4252 §7).
    public static let publicKey = AuthenticationMethods(rawValue: 1)
    /// `password` (RFC 4252 §8).
    public static let password = AuthenticationMethods(rawValue: 2)
    /// `keyboard-interactive` (RFC 4256).
    public static let keyboardInteractive = AuthenticationMethods(rawValue: 4)
}
