import CLibSSH

/// Facts about the libssh that is loaded.
enum LibSSH {
    /// Such as `0.10.6/openssl/zlib`.
    static let version = unsafe String(cString: ssh_version(0))

    /// From 0.12 `ssh_channel_write` no longer loops for ever on a tiny maximum packet size.
    static let writesTinyPackets = isAtLeast(0, 12)

    private static func isAtLeast(_ major: CInt, _ minor: CInt) -> Bool {
        unsafe ssh_version(major << 16 | minor << 8) != nil
    }
}
