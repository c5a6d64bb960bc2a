/// What can happen to a running session channel besides bytes.
public enum SessionEvent: Sendable, Equatable {
    /// `window-change` (RFC 4254 §6.7): the terminal's new size. Several in a row are told as the last.
    case windowChange(columns: Int, rows: Int)
    /// `signal` (RFC 4254 §6.9): the name without "SIG".
    case signal(name: String)
    /// `eow@openssh.com` (OpenSSH's PROTOCOL §2.1): nobody reads what the program writes to standard output any more.
    case outputUnwanted
}
