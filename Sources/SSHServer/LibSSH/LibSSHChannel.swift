import CLibSSH

/// Owns one `ssh_channel`.
///
/// Its callbacks only note what arrived: libssh calls them from inside other calls. Input stays in libssh's own buffer
/// until it is read, so that the SSH window (RFC 4254 §5.2) opens only as fast as the lab takes the bytes. libssh opens
/// it in whole at any read, however small, so a read takes all there is, and libssh is left alone until that is used up.
@safe final class LibSSHChannel {
    /// libssh 0.10 loops for ever when it writes to a channel whose maximum packet size is its own header's 10 bytes.
    /// RFC 4253 §6.1 asks every implementation for 32768, so this refuses nobody honest.
    private static let minimumPeerPacketSize = 1024

    enum Write {
        /// How many bytes were taken, 0 while the peer's window is closed or keys are exchanged anew.
        case taken(Int)
        case failed
    }

    private let pointer: ssh_channel
    /// libssh frees a session's channels with it, so the session must be let go last.
    private let session: LibSSHSession
    private var isLeftToSession = false
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>

    /// What libssh buffers of a client that keeps to its window is at most 1.25 MiB and a little.
    private static let maximumBufferedByteCount = 2 << 20

    /// Bytes of input in libssh's buffer.
    private var bufferedByteCount = 0
    /// Bytes of input taken from libssh and not read yet.
    private var input: ArraySlice<UInt8> = []
    /// Whether the peer has sent CLOSE (RFC 4254 §5.3).
    private(set) var isClosedByPeer = false
    private var dataPacketCount: UInt64 = 0
    /// Signal names received (RFC 4254 §6.9), oldest first, until taken.
    private var signals: [String] = []
    private static let maximumWaitingSignals = 16

    init(_ pointer: ssh_channel, of session: LibSSHSession) {
        unsafe self.pointer = pointer
        self.session = session
        unsafe callbacks = .allocate(capacity: 1)
        unsafe callbacks.initialize(to: ssh_channel_callbacks_struct())
        unsafe callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        unsafe callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        unsafe callbacks.pointee.channel_data_function = { _, _, _, byteCount, isStderr, context in
            // A client has no business sending extended data (RFC 4254 §5.2): it is taken, and dropped.
            unsafe LibSSHChannel.from(context)?.received(byteCount: isStderr == 0 ? Int(byteCount) : nil)
            return isStderr == 0 ? 0 : CInt(byteCount)
        }
        unsafe callbacks.pointee.channel_close_function = { _, _, context in
            unsafe LibSSHChannel.from(context)?.isClosedByPeer = true
        }
        unsafe callbacks.pointee.channel_signal_function = { _, _, name, context in
            guard let name = unsafe name else { return }
            unsafe LibSSHChannel.from(context)?.received(signal: String(cString: name))
        }
        unsafe ssh_set_channel_callbacks(pointer, callbacks)
    }

    deinit {
        unsafe ssh_remove_channel_callbacks(pointer, callbacks)
        unsafe callbacks.deallocate()
        if !isLeftToSession { unsafe ssh_channel_free(pointer) }
    }

    /// The session is about to end and frees the channel with itself. Freed before, the channel would send CLOSE, and
    /// the client's answer, arriving at a closed socket, could make the network drop the reason for the disconnection.
    func leaveToSession() {
        isLeftToSession = true
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> LibSSHChannel? {
        unsafe context.map { unsafe Unmanaged<LibSSHChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    /// - Parameter byteCount: of the whole buffer, as libssh shows it each time; nil if it was not ordinary data.
    private func received(byteCount: Int?) {
        dataPacketCount += 1
        if let byteCount { bufferedByteCount = byteCount }
    }

    private func received(signal: String) {
        if signals.count < Self.maximumWaitingSignals { signals.append(signal) }
    }

    /// Whether the peer's maximum packet size can be written to safely.
    var isSafeToWrite: Bool {
        let size = unsafe labgate_peer_maximum_packet_size(pointer)
        return size < 0 ? LibSSH.writesTinyPackets : size >= Self.minimumPeerPacketSize
    }

    func `is`(_ other: ssh_channel?) -> Bool {
        unsafe pointer == other
    }

    // MARK: Input

    /// Takes up to `maximum` bytes of what has arrived; empty when nothing has.
    func read(maximum: Int) -> [UInt8] {
        if input.isEmpty {
            let bytes = takeBuffered()
            guard bytes.count > maximum else { return bytes }
            input = bytes[...]
        }
        defer {
            // An empty slice would keep the storage of all that there was.
            input = input.count > maximum ? input.dropFirst(maximum) : []
        }
        return Array(input.prefix(maximum))
    }

    /// Lets go of what was taken from libssh and will not be read. What libssh has stays: to read that opens the window.
    func dropInput() { input = [] }

    private func takeBuffered() -> [UInt8] {
        let wanted = bufferedByteCount
        guard wanted > 0 else { return [] }
        bufferedByteCount = 0
        return unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = unsafe max(0, Int(ssh_channel_read_nonblocking(pointer, buffer.baseAddress, UInt32(wanted), 0)))
        }
    }

    /// Whether there is input that was not read.
    var hasUnreadInput: Bool { unreadByteCount > 0 }

    /// Bytes of input that were not read.
    var unreadByteCount: Int { bufferedByteCount + input.count }

    /// Whether the peer sends more than its window allows, which libssh would buffer without end.
    var isFlooded: Bool {
        bufferedByteCount > Self.maximumBufferedByteCount
    }

    /// Whether the peer has ended its input and all of it was read.
    var isAtEndOfInput: Bool {
        unsafe !hasUnreadInput && ssh_channel_is_eof(pointer) != 0
    }

    /// Data packets received since the last call. The connection tells by them whether a packet was a request.
    func takeDataPacketCount() -> UInt64 {
        defer { dataPacketCount = 0 }
        return dataPacketCount
    }

    /// The signals that have arrived since the last call.
    func takeSignals() -> [String] {
        defer { signals.removeAll() }
        return signals
    }

    // MARK: Output

    var windowSize: Int {
        unsafe Int(ssh_channel_window_size(pointer))
    }

    /// Gives bytes to libssh, which sends or buffers all that the peer's window allows.
    func write(_ bytes: ArraySlice<UInt8>, to stream: OutputStream) -> Write {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            stream == .standardOutput
                ? unsafe ssh_channel_write(pointer, buffer.baseAddress, UInt32(buffer.count))
                : unsafe ssh_channel_write_stderr(pointer, buffer.baseAddress, UInt32(buffer.count))
        }
        return count < 0 ? .failed : .taken(Int(count))
    }

    /// SSH_MSG_CHANNEL_EOF (RFC 4254 §5.3).
    func sendEndOfFile() {
        unsafe ssh_channel_send_eof(pointer)
    }

    /// `exit-status` or `exit-signal` (RFC 4254 §6.10).
    func send(_ report: ExitReport) {
        switch report {
        case .status(let code):
            unsafe ssh_channel_request_send_exit_status(pointer, CInt(code))
        case .signal(let name, let message):
            unsafe ssh_channel_request_send_exit_signal(pointer, name, 0, message, "")
        }
    }

    /// SSH_MSG_CHANNEL_CLOSE (RFC 4254 §5.3). Must follow `sendEndOfFile`: libssh otherwise sends EOF first and, with
    /// output pending, forgets about CLOSE.
    func close() {
        unsafe ssh_channel_close(pointer)
    }
}
