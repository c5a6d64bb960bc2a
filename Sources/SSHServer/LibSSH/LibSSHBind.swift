import CLibSSH

/// Owns one `ssh_bind`: the host keys and algorithms that every accepted session starts from.
///
/// A `ssh_bind` is not safe to share between threads, so each event loop has its own.
@safe final class LibSSHBind {
    private let pointer: ssh_bind

    /// - Throws: `SSHServerError` when this libssh refuses a host key or an algorithm.
    init(hostKeys: HostKeys) throws(SSHServerError) {
        guard let pointer = unsafe ssh_bind_new() else { throw SSHServerError("libssh is out of memory") }
        unsafe self.pointer = pointer
        // Without this the first accept reads /etc/ssh/libssh_server_config: a file access on the event loop, and
        // settings that nobody would look for there.
        var processConfig = false
        unsafe ssh_bind_options_set(pointer, SSH_BIND_OPTIONS_PROCESS_CONFIG, &processConfig)
        // OpenSSH's client speaks its own extensions with nobody else. One is missed: without `eow@openssh.com`, a command
        // whose output the client's user has stopped reading (`ssh lab … | head`) never gets to know.
        try set(SSH_BIND_OPTIONS_BANNER, "OpenSSH_labgate")
        try set(SSH_BIND_OPTIONS_KEY_EXCHANGE, Algorithms.keyExchange)
        try set(SSH_BIND_OPTIONS_CIPHERS_C_S, Algorithms.ciphers)
        try set(SSH_BIND_OPTIONS_CIPHERS_S_C, Algorithms.ciphers)
        try set(SSH_BIND_OPTIONS_HMAC_C_S, Algorithms.macs)
        try set(SSH_BIND_OPTIONS_HMAC_S_C, Algorithms.macs)
        try set(SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, Algorithms.hostKeys)
        try set(SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, Algorithms.userKeys)
        for key in hostKeys.keys {
            let imported = try LibSSHKey(importing: key)
            guard
                unsafe ssh_bind_options_set(
                    pointer, SSH_BIND_OPTIONS_IMPORT_KEY, imported.release().map(UnsafeRawPointer.init)) == 0
            else { throw SSHServerError("host keys: libssh refuses \(key.path)") }
        }
    }

    deinit {
        unsafe ssh_bind_free(pointer)
    }

    /// Makes `fd` the socket of `session`, which owns and closes it from now on.
    func accept(_ fd: CInt, into session: ssh_session) -> Bool {
        unsafe ssh_bind_accept_fd(pointer, session, fd) == SSH_OK
    }

    private func set(_ option: ssh_bind_options_e, _ value: String) throws(SSHServerError) {
        guard unsafe ssh_bind_options_set(pointer, option, value) == 0 else {
            throw SSHServerError("libssh \(LibSSH.version) refuses the option \(value)")
        }
    }
}
