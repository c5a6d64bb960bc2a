import CLibSSH

/// Owns one request of the peer (`ssh_message`) until it is answered.
///
/// A request whose owner is let go without an answer stays unanswered, so every path ends in one of the replies.
@safe final class LibSSHMessage {
    /// A request as RFC 4252 and RFC 4254 name it, with what labgate needs of it.
    enum Request {
        case service(name: String)
        case authentication(AuthenticationRequest)
        case openSession
        /// RFC 4254 §7.2.
        case openDirectTCPIP(destination: (host: String, port: Int), originator: (host: String, port: Int))
        case channel(ChannelRequest)
        /// Everything labgate does not serve; to be refused.
        case other
    }

    /// RFC 4254 §6: a request on an open session channel.
    enum ChannelRequest {
        case pseudoTerminal(PseudoTerminal)
        case environment(name: String, value: String)
        case shell
        case exec(command: [UInt8])
        case subsystem(name: String)
        case windowChange(columns: Int, rows: Int)
        case other
    }

    private let pointer: ssh_message
    private let session: LibSSHSession

    init(_ pointer: ssh_message, of session: LibSSHSession) {
        unsafe self.pointer = pointer
        self.session = session
    }

    deinit {
        unsafe ssh_message_free(pointer)
    }

    /// Reads the request; its text is copied.
    var request: Request {
        let subtype = unsafe UInt32(bitPattern: ssh_message_subtype(pointer))
        switch unsafe UInt32(bitPattern: ssh_message_type(pointer)) {
        case SSH_REQUEST_SERVICE.rawValue:
            return unsafe .service(name: text(ssh_message_service_service(pointer)))
        case SSH_REQUEST_AUTH.rawValue:
            return .authentication(authenticationRequest(method: subtype))
        case SSH_REQUEST_CHANNEL_OPEN.rawValue where subtype == SSH_CHANNEL_SESSION.rawValue:
            return .openSession
        case SSH_REQUEST_CHANNEL_OPEN.rawValue where subtype == SSH_CHANNEL_DIRECT_TCPIP.rawValue:
            return directTCPIP()
        case SSH_REQUEST_CHANNEL.rawValue:
            return .channel(channelRequest(type: subtype))
        default:
            return .other
        }
    }

    /// The channel a channel request is about; for comparison only.
    var channel: ssh_channel? {
        unsafe ssh_message_channel_request_channel(pointer)
    }

    private func authenticationRequest(method: UInt32) -> AuthenticationRequest {
        let user = unsafe text(ssh_message_auth_user(pointer))
        switch method {
        case SSH_AUTH_METHOD_NONE:
            return AuthenticationRequest(user: user, method: .none)
        case SSH_AUTH_METHOD_PASSWORD:
            return unsafe AuthenticationRequest(
                user: user, method: .password(bytes(ssh_message_auth_password(pointer))))
        case SSH_AUTH_METHOD_PUBLICKEY:
            return AuthenticationRequest(user: user, method: publicKey())
        case SSH_AUTH_METHOD_INTERACTIVE where unsafe ssh_message_auth_kbdint_is_response(pointer) != 0:
            // It has no user name of its own.
            return AuthenticationRequest(user: "", method: .answers(session.takeAnswers()))
        case SSH_AUTH_METHOD_INTERACTIVE:
            return AuthenticationRequest(user: user, method: .keyboardInteractive)
        default:
            return AuthenticationRequest(user: user, method: .unsupported)
        }
    }

    /// Certificates are refused because libssh checks neither their CA nor their validity; security keys because it
    /// hides whether the user was present. Both wait until they can be verified in full.
    private func publicKey() -> AuthenticationRequest.Method {
        guard let key = unsafe ssh_message_auth_pubkey(pointer) else { return .unsupported }
        let type = unsafe ssh_key_type(key)
        let verifiable = [
            SSH_KEYTYPE_ED25519, SSH_KEYTYPE_RSA,
            SSH_KEYTYPE_ECDSA_P256, SSH_KEYTYPE_ECDSA_P384, SSH_KEYTYPE_ECDSA_P521,
        ]
        guard verifiable.contains(type) else { return .unsupported }
        var base64: UnsafeMutablePointer<CChar>?
        guard unsafe ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK, let base64 = unsafe base64 else {
            return .unsupported
        }
        defer { unsafe ssh_string_free_char(base64) }
        let publicKey = unsafe PublicKey(type: text(ssh_key_type_to_char(type)), base64: text(base64))
        return switch unsafe ssh_message_auth_publickey_state(pointer) {
        case SSH_PUBLICKEY_STATE_NONE: .publicKeyOffer(publicKey)
        case SSH_PUBLICKEY_STATE_VALID: .publicKey(publicKey)
        default: .unsupported
        }
    }

    private func directTCPIP() -> Request {
        unsafe .openDirectTCPIP(
            destination: (
                text(ssh_message_channel_request_open_destination(pointer)),
                Int(ssh_message_channel_request_open_destination_port(pointer))
            ),
            originator: (
                text(ssh_message_channel_request_open_originator(pointer)),
                Int(ssh_message_channel_request_open_originator_port(pointer))
            ))
    }

    private func channelRequest(type: UInt32) -> ChannelRequest {
        switch type {
        case SSH_CHANNEL_REQUEST_PTY.rawValue:
            let terminal = unsafe PseudoTerminal(
                term: text(ssh_message_channel_request_pty_term(pointer)),
                columns: Int(ssh_message_channel_request_pty_width(pointer)),
                rows: Int(ssh_message_channel_request_pty_height(pointer)))
            return .pseudoTerminal(terminal)
        case SSH_CHANNEL_REQUEST_ENV.rawValue:
            return unsafe .environment(
                name: text(ssh_message_channel_request_env_name(pointer)),
                value: text(ssh_message_channel_request_env_value(pointer)))
        case SSH_CHANNEL_REQUEST_SHELL.rawValue:
            return .shell
        case SSH_CHANNEL_REQUEST_EXEC.rawValue:
            return unsafe .exec(command: bytes(ssh_message_channel_request_command(pointer)))
        case SSH_CHANNEL_REQUEST_SUBSYSTEM.rawValue:
            return unsafe .subsystem(name: text(ssh_message_channel_request_subsystem(pointer)))
        case SSH_CHANNEL_REQUEST_WINDOW_CHANGE.rawValue:
            return unsafe .windowChange(
                columns: Int(ssh_message_channel_request_pty_width(pointer)),
                rows: Int(ssh_message_channel_request_pty_height(pointer)))
        default:
            return .other
        }
    }

    // MARK: Replies

    /// Failure, in the form that the request's kind has; nothing if it wants no reply.
    func refuse() {
        unsafe ssh_message_reply_default(pointer)
    }

    /// SSH_MSG_SERVICE_ACCEPT (RFC 4253 §10).
    func acceptService() {
        unsafe ssh_message_service_reply_success(pointer)
    }

    /// SSH_MSG_USERAUTH_SUCCESS (RFC 4252 §5.1).
    func acceptAuthentication() {
        unsafe ssh_message_auth_reply_success(pointer, 0)
    }

    /// SSH_MSG_USERAUTH_FAILURE with partial success (RFC 4252 §5.1).
    func acceptAuthenticationInPart() {
        unsafe ssh_message_auth_reply_success(pointer, 1)
    }

    /// SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256 §3.2), without a name and without echo.
    func ask(_ question: AuthenticationPrompts) {
        // libssh copies them all.
        let texts = unsafe question.prompts.map { unsafe strdup($0) }
        defer { unsafe texts.forEach { unsafe free($0) } }
        var prompts = unsafe texts.map { unsafe UnsafePointer($0) }
        var echoes = [CChar](repeating: 0, count: question.prompts.count)
        unsafe ssh_message_auth_interactive_request(
            pointer, "", question.instruction, UInt32(question.prompts.count), &prompts, &echoes)
    }

    /// SSH_MSG_USERAUTH_PK_OK (RFC 4252 §7): this key would do, now sign with it.
    func acceptPublicKeyOffer() {
        unsafe ssh_message_auth_reply_pk_ok_simple(pointer)
    }

    /// SSH_MSG_CHANNEL_OPEN_CONFIRMATION (RFC 4254 §5.1); nil when libssh is out of memory.
    func acceptChannel() -> LibSSHChannel? {
        unsafe ssh_message_channel_request_open_reply_accept(pointer).map { unsafe LibSSHChannel($0, of: session) }
    }

    /// SSH_MSG_CHANNEL_SUCCESS (RFC 4254 §5.4), if the request wants a reply.
    func acceptChannelRequest() {
        unsafe ssh_message_channel_request_reply_success(pointer)
    }

    // MARK: Text

    private func bytes(_ string: UnsafePointer<CChar>?) -> [UInt8] {
        guard let string = unsafe string else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: string, count: strlen(string)))
    }

    private func text(_ string: UnsafePointer<CChar>?) -> String {
        unsafe String(decoding: bytes(string), as: UTF8.self)
    }
}
