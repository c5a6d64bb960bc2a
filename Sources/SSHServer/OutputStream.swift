/// Where a session channel's output goes.
public enum OutputStream: Sendable {
    /// SSH_MSG_CHANNEL_DATA.
    case standardOutput
    /// SSH_MSG_CHANNEL_EXTENDED_DATA of type SSH_EXTENDED_DATA_STDERR (RFC 4254 §5.2).
    case standardError
}
