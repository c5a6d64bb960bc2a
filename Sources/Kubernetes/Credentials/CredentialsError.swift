/// Credentials that can't be used: where they were read from, which key is at fault, and why.
public struct CredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file they were read from.
    public var file: String
    /// The key in it, such as `users[admin].user.auth-provider`; nil if the file as a whole is at fault.
    public var key: String?
    /// What is wrong and, where it can be said, what to do.
    public var message: String

    /// Makes an error.
    public init(file: String, key: String? = nil, message: String) {
        self.file = file
        self.key = key
        self.message = message
    }

    /// File, key and message in one line.
    public var description: String {
        "\(file): \(key.map { "\($0): " } ?? "")\(message)"
    }
}
