/// Why a forwarding was refused.
///
/// The client's user reads the reason in its debug output (SSH_MSG_DEBUG, RFC 4253 §11.3; `ssh -v`): libssh sends its own
/// SSH_MSG_CHANNEL_OPEN_FAILURE, which has no place for one.
public struct ForwardingRefusal: Error {
    /// One sentence for the client's user.
    public let reason: String

    /// Refuses for this reason.
    public init(_ reason: String) {
        self.reason = reason
    }
}
