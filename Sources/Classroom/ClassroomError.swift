/// Why documents or a credential in them cannot be used.
public struct ClassroomError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing was refused.
    public enum Code: Hashable, Sendable {
        /// One or more documents are wrong; ``ClassroomError/problems`` has them all.
        case invalidDocuments
        /// A value, such as a quantity or a duration, is not written as it has to be.
        case invalidValue
        /// A password hash is of a kind that is not accepted, or is damaged.
        case invalidPasswordHash
        /// A TOTP key is not written as it has to be, or is too short.
        case invalidTOTPKey
        /// A public key is of a kind that is not accepted, or is damaged.
        case invalidPublicKey
        /// A password cannot be hashed: it is empty or too long, or the system refused.
        case passwordNotHashed
    }

    /// What kind of thing was refused.
    public let code: Code
    /// What is wrong, in words for the person who wrote it; never holds a secret.
    public let message: String
    /// Every problem of the documents, warnings too, in reading order; empty for the other codes.
    public let problems: [Problem]

    /// Makes an error about a single value.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        self.problems = []
    }

    /// Makes the error of a reading from all its problems.
    public init(invalidDocuments problems: [Problem]) {
        let errorCount = problems.count { $0.severity == .error }
        self.code = .invalidDocuments
        self.message = errorCount == 1 ? "1 error" : "\(errorCount) errors"
        self.problems = problems
    }

    /// The message, and below it each problem on a line of its own.
    public var description: String {
        problems.isEmpty ? message : ([message + ":"] + problems.map(\.description)).joined(separator: "\n")
    }
}
