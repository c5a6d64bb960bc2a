import CLibSSH
import Glibc

/// Owns one `ssh_session` in server mode, its `ssh_event` and its socket.
///
/// Not Sendable: it belongs to one connection and is used on that connection's event loop only. Nothing here blocks,
/// because the socket is non-blocking as well as the session: libssh alone would wait in poll(2).
///
/// Re-entrancy: `poll`, `nextMessage`, and a channel's `write` and `read` may process input, and so call channel
/// callbacks, which therefore do nothing but note what they were told.
@safe final class LibSSHSession {
    enum Progress {
        case incomplete, complete, failed
    }

    let fd: CInt
    private let session: ssh_session
    private let event: ssh_event
    private let counter: UnsafeMutablePointer<ssh_counter_struct>

    /// Takes over `fd`, an accepted non-blocking socket, and sends the identification string and KEXINIT.
    ///
    /// - Returns: nil when libssh is out of memory; `fd` is closed then.
    init?(socket fd: CInt, bind: LibSSHBind, rekeyAfterByteCount: UInt64, rekeyAfterSeconds: UInt32) {
        guard let session = unsafe ssh_new() else {
            close(fd)
            return nil
        }
        unsafe ssh_set_blocking(session, 0)
        unsafe ssh_options_set(session, SSH_OPTIONS_COMPRESSION, "none")
        var byteCount = rekeyAfterByteCount
        var seconds = rekeyAfterSeconds
        unsafe ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &byteCount)
        unsafe ssh_options_set(session, SSH_OPTIONS_REKEY_TIME, &seconds)
        guard unsafe bind.accept(fd, into: session) else {
            unsafe ssh_free(session)
            return nil
        }
        guard unsafe ssh_handle_key_exchange(session) != SSH_ERROR, let event = unsafe ssh_event_new() else {
            unsafe ssh_free(session)
            return nil
        }
        unsafe ssh_event_add_session(event, session)
        unsafe counter = .allocate(capacity: 1)
        unsafe counter.initialize(to: ssh_counter_struct())
        unsafe ssh_set_counters(session, nil, counter)
        self.fd = fd
        unsafe self.session = session
        unsafe self.event = event
    }

    deinit {
        unsafe ssh_event_remove_session(event, session)
        unsafe ssh_event_free(event)
        if unsafe ssh_is_connected(session) != 0 {
            // libssh loses its last message while it waits for POLLOUT, so tell it when there is no need to wait.
            var writable = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
            if unsafe Glibc.poll(&writable, 1, 0) == 1, writable.revents == Int16(POLLOUT) {
                unsafe ssh_set_fd_towrite(session)
            }
            unsafe ssh_disconnect(session)
        }
        unsafe ssh_free(session)
        unsafe counter.deallocate()
    }

    /// The reason that SSH_MSG_DISCONNECT (RFC 4253 §11.1) will carry when the session is let go.
    func setDisconnectMessage(_ message: String) {
        unsafe ssh_session_set_disconnect_message(session, message)
    }

    // MARK: Transport

    /// Goes on with the first key exchange as far as the socket allows.
    func exchangeKeys() -> Progress {
        switch unsafe ssh_handle_key_exchange(session) {
        case SSH_OK: .complete
        case SSH_AGAIN: .incomplete
        default: .failed
        }
    }

    /// Reads and writes what the socket allows; false when the connection is dead.
    func poll() -> Bool {
        unsafe ssh_event_dopoll(event, 0) != SSH_ERROR && isAlive
    }

    /// Whether neither side has ended the connection. When libssh finds that the peer has, it closes the socket; when it
    /// finds that in writing, it does nothing else, and its status stays what it was.
    var isAlive: Bool {
        unsafe ssh_get_fd(session) >= 0 && ssh_get_status(session) & (SSH_CLOSED | SSH_CLOSED_ERROR) == 0
    }

    /// What libssh waits for on the socket.
    var interest: EventLoop.Interest {
        let flags = unsafe ssh_get_poll_flags(session)
        var interest: EventLoop.Interest = []
        if flags & SSH_READ_PENDING != 0 { interest.insert(.read) }
        if flags & SSH_WRITE_PENDING != 0 { interest.insert(.write) }
        return interest
    }

    /// Whether bytes wait in libssh because the peer, or the network, takes no more.
    var hasUnsentOutput: Bool {
        unsafe ssh_get_status(session) & SSH_WRITE_PENDING != 0
    }

    /// Packets received so far, those included that libssh answers or drops by itself.
    var receivedPacketCount: UInt64 {
        unsafe counter.pointee.in_packets
    }

    /// Payload of the packets received so far.
    var receivedByteCount: UInt64 {
        unsafe counter.pointee.in_bytes
    }

    /// Packets sent so far, those included that libssh sends by itself.
    var sentPacketCount: UInt64 {
        unsafe counter.pointee.out_packets
    }

    /// Asks the peer for a sign of life (`keepalive@openssh.com`).
    ///
    /// The answer only shows in `receivedPacketCount`. One call may do no more than collect the last answer, so the
    /// packet counter decides whether a second is due.
    func sendKeepalive() {
        let sent = sentPacketCount
        unsafe ssh_send_keepalive(session)
        if sentPacketCount == sent { unsafe ssh_send_keepalive(session) }
    }

    /// A word for the peer's user (SSH_MSG_DEBUG, RFC 4253 §11.3), which most clients show if asked to be verbose.
    func sendDebug(_ message: String) {
        unsafe ssh_send_debug(session, message, 1)
    }

    /// The peer's identification string (RFC 4253 §4.2), as sent.
    var peerVersion: String? {
        unsafe ssh_get_clientbanner(session).map { unsafe String(cString: $0) }
    }

    // MARK: Requests

    /// What `SSH_MSG_USERAUTH_FAILURE` names as methods that can continue.
    func setAuthenticationMethods(_ methods: AuthenticationMethods) {
        unsafe ssh_set_auth_methods(session, methods.libsshFlags)
    }

    /// Takes what the user has typed (RFC 4256 §3.4), of which libssh keeps the last until the session ends: a password
    /// may be among it, so it is overwritten.
    func takeAnswers() -> [[UInt8]] {
        let count = max(0, Int(unsafe ssh_userauth_kbdint_getnanswers(session)))
        return (0..<count).map { index in
            guard let answer = unsafe ssh_userauth_kbdint_getanswer(session, UInt32(index)) else { return [] }
            let byteCount = unsafe strlen(answer)
            defer { unsafe explicit_bzero(UnsafeMutablePointer(mutating: answer), byteCount) }
            return unsafe [UInt8](UnsafeRawBufferPointer(start: answer, count: byteCount))
        }
    }

    /// The next request of the peer, in the order of arrival; nil when there is none.
    func nextMessage() -> LibSSHMessage? {
        unsafe ssh_message_get(session).map { unsafe LibSSHMessage($0, of: self) }
    }
}

extension AuthenticationMethods {
    fileprivate var libsshFlags: CInt {
        var flags: UInt32 = 0
        if contains(.publicKey) { flags |= SSH_AUTH_METHOD_PUBLICKEY }
        if contains(.password) { flags |= SSH_AUTH_METHOD_PASSWORD }
        if contains(.keyboardInteractive) { flags |= SSH_AUTH_METHOD_INTERACTIVE }
        return CInt(flags)
    }
}
