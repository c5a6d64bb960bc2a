/// One SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256 §3.2): what the user is asked, all at once.
public struct AuthenticationPrompts: Hashable, Sendable {
    /// A word above the prompts; may be empty.
    public var instruction: String
    /// What is asked for, such as `Password: `. What the user types is not shown.
    public var prompts: [String]

    /// Makes prompts.
    public init(_ prompts: [String], instruction: String = "") {
        self.prompts = prompts
        self.instruction = instruction
    }
}
