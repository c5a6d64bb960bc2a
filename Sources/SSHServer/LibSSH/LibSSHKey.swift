import CLibSSH

/// Owns one `ssh_key`.
@safe final class LibSSHKey {
    private var pointer: ssh_key?

    /// A new private key; RSA takes some hundred milliseconds.
    init(generating type: ssh_keytypes_e, bits: CInt) throws(SSHServerError) {
        guard unsafe ssh_pki_generate(type, bits, &pointer) == SSH_OK else {
            throw SSHServerError("host keys: libssh cannot make a key of type \(type.rawValue)")
        }
    }

    /// A private key from its PEM text.
    init(importing key: HostKeys.PrivateKey) throws(SSHServerError) {
        guard unsafe ssh_pki_import_privkey_base64(key.pem, nil, nil, nil, &pointer) == SSH_OK else {
            throw SSHServerError("host keys: \(key.path) is not a private key without passphrase that libssh can read")
        }
    }

    deinit {
        unsafe ssh_key_free(pointer)
    }

    /// Gives the pointer away, to a `ssh_bind` that frees it.
    func release() -> ssh_key? {
        defer { unsafe pointer = nil }
        return unsafe pointer
    }

    var privatePEM: String {
        get throws(SSHServerError) {
            unsafe try text("private key") { unsafe ssh_pki_export_privkey_base64($0, nil, nil, nil, $1) }
        }
    }

    /// `type base64`, as in `authorized_keys`.
    var publicKey: String {
        get throws(SSHServerError) {
            let type = unsafe String(cString: ssh_key_type_to_char(ssh_key_type(pointer)))
            return unsafe try type + " " + text("public key") { unsafe ssh_pki_export_pubkey_base64($0, $1) }
        }
    }

    private func text(
        _ what: String, export: (ssh_key?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt
    ) throws(SSHServerError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe export(pointer, &text) == SSH_OK, let text = unsafe text else {
            throw SSHServerError("host keys: libssh cannot write a \(what)")
        }
        defer { unsafe ssh_string_free_char(text) }
        return unsafe String(cString: text)
    }
}
