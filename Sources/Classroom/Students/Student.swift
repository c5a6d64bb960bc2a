/// Who may log in, with which credentials, to which courses.
public struct Student: Hashable, Sendable {
    /// The login name, normalized as ``StudentName`` says.
    public var name: String
    /// The name people use, for display.
    public var displayName: String?
    /// The courses the student is in; the first is the one that a login without a course gets. Never empty. With custom
    /// resources, some may not be there at present.
    public var courses: [String]
    /// Keys that prove to be the student.
    public var publicKeys: [PublicKey]
    /// The hash of the password that proves to be the student; nil if none does.
    public var passwordHash: PasswordHash?
    /// The Secret that holds the hash of the password; ``passwordHash`` is what was found there.
    public var passwordHashSecret: SecretReference?
    /// What the student's authenticator app shares with the gateway; nil if it has none, or if it is not known.
    public var totpKey: TOTPKey?
    /// The Secret that holds the TOTP key; ``totpKey`` is what was found there.
    public var totpKeySecret: SecretReference?
    /// Whether a TOTP key was written for the student that cannot be used, so that no code is right.
    public var hasUnusableTOTPKey = false
    /// What is said for the student in place of the quotas of the courses; see ``Course/quotas(for:)``.
    public var quotas: QuotaOverrides
    /// Whether logins are refused although the credentials are right.
    public var suspended: Bool
    /// Where the student's document is.
    public var source: SourceLocation

    /// Makes a student.
    public init(
        name: String,
        displayName: String? = nil,
        courses: [String],
        publicKeys: [PublicKey] = [],
        passwordHash: PasswordHash? = nil,
        passwordHashSecret: SecretReference? = nil,
        totpKey: TOTPKey? = nil,
        totpKeySecret: SecretReference? = nil,
        quotas: QuotaOverrides = QuotaOverrides(),
        suspended: Bool = false,
        source: SourceLocation = SourceLocation(file: "", line: nil)
    ) {
        self.name = name
        self.displayName = displayName
        self.courses = courses
        self.publicKeys = publicKeys
        self.passwordHash = passwordHash
        self.passwordHashSecret = passwordHashSecret
        self.totpKey = totpKey
        self.totpKeySecret = totpKeySecret
        self.quotas = quotas
        self.suspended = suspended
        self.source = source
    }

    /// Whether a login needs a one-time password besides a key or the password. Also if the TOTP key is not known: then
    /// none is right, for a Secret that is gone must not take the second factor away.
    public var needsCode: Bool { totpKey != nil || totpKeySecret != nil || hasUnusableTOTPKey }

    /// Makes a code as necessary as it is for `other`, another version of the same student, if that needs one and this
    /// does not.
    mutating func demandCode(like other: Student?) {
        guard let other, other.needsCode, !needsCode else { return }
        (totpKey, totpKeySecret) = (other.totpKey, other.totpKeySecret)
        hasUnusableTOTPKey = other.hasUnusableTOTPKey
    }

    /// Whether one of the student's keys is this one.
    ///
    /// All keys are compared whole, so that time does not tell how near a guess was. Says nothing about
    /// ``suspended``, nor whether the client holds the private half.
    ///
    /// - Parameters:
    ///   - type: the key's type, such as `ssh-rsa`; not a signature algorithm such as `rsa-sha2-256`.
    ///   - blob: the key in the wire format of RFC 4253 §6.6.
    public func accepts(publicKeyType type: String, blob: some Collection<UInt8>) -> Bool {
        publicKeys.reduce(false) { found, key in
            let isSame = ConstantTime.equal(key.blob, Array(blob)) && key.type.rawValue == type
            return isSame || found
        }
    }
}
