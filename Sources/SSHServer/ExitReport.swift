/// How a session channel's process ended (RFC 4254 §6.10).
public enum ExitReport: Sendable, Equatable {
    /// `exit-status`, 0 to 255.
    case status(Int)
    /// `exit-signal`: the name without "SIG", and a message for the user.
    case signal(name: String, message: String)
}
