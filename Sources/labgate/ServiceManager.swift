import Glibc
import Logging
import NIOCore
import NIOPosix

/// Who has started this process and wants to be told how it is, as systemd does with `Type=notify`: sd_notify(3).
struct ServiceManager: Sendable {
    enum State: String {
        case ready = "READY=1"
        case draining = "STOPPING=1\nSTATUS=Draining: nobody new gets in, open lab sessions may go on for a while"
    }

    /// Nil if nobody wants to be told. A path: systemd itself gives no abstract one, which would begin with `@`.
    private let socketPath: String?
    private let logger: Logger

    init(logger: Logger) {
        socketPath = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
        self.logger = logger
    }

    /// Says it, and goes on if it can't: a service manager that hears nothing ends the process after a while, and the log
    /// should say why.
    func tell(_ state: State) async {
        guard let socketPath else { return }
        do {
            try await send(state.rawValue, to: socketPath)
        } catch {
            logger.warning(
                "The service manager cannot be told", metadata: ["state": "\(state)", "error": "\(error)"])
        }
    }

    private func send(_ text: String, to socketPath: String) async throws {
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: socketPath).get()
        do {
            try await channel.writeAndFlush(ByteBuffer(string: text))
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }
}
