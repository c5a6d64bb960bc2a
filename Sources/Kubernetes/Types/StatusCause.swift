/// One cause in a `Status`: what, where and in which words.
public struct StatusCause: Hashable, Sendable, Decodable {
    /// The cause's type, such as `ExitCode` or `FieldValueInvalid`.
    public var reason: String?
    /// The value or sentence; for `ExitCode` the decimal exit code.
    public var message: String?
    /// The path of the field at fault.
    public var field: String?

    /// Makes a cause by hand.
    public init(reason: String? = nil, message: String? = nil, field: String? = nil) {
        self.reason = reason
        self.message = message
        self.field = field
    }
}
