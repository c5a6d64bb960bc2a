import CLibSSH
import Glibc
import Logging
import Synchronization

/// A listening TCP socket on an event loop, and the connections it accepts.
actor Listener {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Connections that the kernel keeps for us between two rounds: a whole class at the bell.
    private static let backlog: CInt = 1024
    /// An accepted socket that belongs to its receiver.
    struct Accepted: Sendable {
        let fd: CInt
        let info: ConnectionInfo
        /// Its place among those that are not authenticated.
        let place: StartupLimit.Place
    }

    /// Where the socket listens, with the port that the kernel chose.
    nonisolated let address: SocketAddress
    /// The accepted sockets; ends when the listener is closed. Each has its place in `startups`, which bounds them.
    nonisolated let accepted: AsyncStream<Accepted>

    /// For those on other threads.
    nonisolated let phase = Mutex(ServingPhase.starting)

    private let fd: CInt
    private let startups: StartupLimit
    private let logger: Logger
    private let continuation: AsyncStream<Accepted>.Continuation
    private var isOpen = true
    /// Given up for a moment when the process is out of descriptors: a client is then turned away at once, where
    /// accept(2) would fail at full speed for as long as it waits.
    private var spare = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)

    /// - Parameter startups: who may come in; whoever takes an accepted socket has to `leave` it again.
    init(
        host: String, port: Int, loop: EventLoop, startups: StartupLimit, logger: Logger
    ) throws(SSHServerError) {
        self.loop = loop
        self.startups = startups
        self.logger = logger
        fd = try Self.listen(host: host, port: port)
        let fd = fd
        guard let address = unsafe SocketAddress({ unsafe getsockname(fd, $0, $1) }) else {
            throw .system("listen on \(host):\(port)", errno)
        }
        self.address = address
        (accepted, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(startups.maximum))
    }

    deinit {
        guard isOpen else { return }
        Glibc.close(fd)
        Glibc.close(spare)
    }

    /// Starts to accept, unless the listener was closed before it came to that.
    func open() {
        guard isOpen else { return }
        phase.withLock { $0 = .listening }
        loop.register(fd, interest: .read) { self.assumeIsolated { $0.acceptAll() } }
    }

    /// Stops to accept; connections that were accepted live on.
    func close() {
        guard isOpen else { return }
        isOpen = false
        phase.withLock { $0 = .draining }
        loop.unregister(fd)
        Glibc.close(fd)
        Glibc.close(spare)
        continuation.finish()
    }

    private func acceptAll() {
        while true {
            var socket: CInt = -1
            let fd = fd
            let remote = unsafe SocketAddress {
                unsafe socket = labgate_accept(fd, $0, $1)
                return socket
            }
            guard socket >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                if errno == EMFILE || errno == ENFILE { turnOneAway() }
                return
            }
            var on: CInt = 1
            unsafe setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
            guard let remote, let local = unsafe SocketAddress({ unsafe getsockname(socket, $0, $1) }) else {
                Glibc.close(socket)
                continue
            }
            take(socket, ConnectionInfo(remote: remote, local: local))
        }
    }

    private func take(_ fd: CInt, _ info: ConnectionInfo) {
        guard let place = startups.enter(from: info.remote.network) else {
            logger.refusedStartup(info)
            return Self.refuse(fd)
        }
        if case .enqueued = continuation.yield(Accepted(fd: fd, info: info, place: place)) { return }
        startups.leave(place)
        Glibc.close(fd)
    }

    /// RFC 4253 §4.2 lets a server send lines of text before its identification string.
    private static func refuse(_ fd: CInt) {
        let text = "labgate: too many clients are logging in right now, try again in a moment\r\n"
        unsafe _ = Glibc.write(fd, text, text.utf8.count)
        // A socket closed with unread input is reset, and the text is lost with it.
        shutdown(fd, CInt(SHUT_WR))
        unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            _ = unsafe recv(fd, buffer.baseAddress, buffer.count, 0)
        }
        Glibc.close(fd)
    }

    private func turnOneAway() {
        Glibc.close(spare)
        Glibc.close(labgate_accept(fd, nil, nil))
        spare = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private static func listen(host: String, port: Int) throws(SSHServerError) -> CInt {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe hints.ai_family = host.isEmpty ? familyOfAll : AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
        guard status == 0, let found = unsafe list else {
            throw SSHServerError("listen on \(host): \(unsafe String(cString: gai_strerror(status)))")
        }
        defer { unsafe freeaddrinfo(list) }
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let fd = unsafe socket(found.pointee.ai_family, type, 0)
        var (on, off): (CInt, CInt) = (1, 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        if host.isEmpty {
            unsafe setsockopt(fd, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<CInt>.size))
        }
        guard fd >= 0, unsafe bind(fd, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            Glibc.listen(fd, backlog) == 0
        else {
            let code = errno
            if fd >= 0 { Glibc.close(fd) }
            throw .system("listen on \(host):\(port)", code)
        }
        return fd
    }

    /// One IPv6 socket serves both families, unless this machine's kernel has only the other one.
    private static var familyOfAll: CInt {
        let fd = socket(AF_INET6, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { return AF_INET }
        Glibc.close(fd)
        return AF_INET6
    }
}
