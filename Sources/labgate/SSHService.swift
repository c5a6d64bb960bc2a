import SSHServer
import ServiceLifecycle
import UnixSignals

/// The SSH server as a service. It ends once its last lab session has: every process that a student leaves behind in a
/// lab is still hung up.
struct SSHService: Service {
    let server: SSHServer
    /// How long lab sessions may go on after a graceful shutdown was asked for.
    let drainTimeout: Duration
    let serviceManager: ServiceManager

    private static let farewell = "this gateway is being restarted: log in again, your lab is still there"

    func run() async throws {
        // Both wait for something that may never come; they are cancelled when the server has ended.
        async let _ = drainWhenAsked()
        async let _ = closeWhenInterrupted()
        await server.run { await serviceManager.tell(.ready) }
    }

    private func drainWhenAsked() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        await serviceManager.tell(.draining)
        await server.drain(limit: drainTimeout, message: Self.farewell)
    }

    private func closeWhenInterrupted() async {
        for await _ in await UnixSignalsSequence(trapping: .sigint) {
            await server.drain(limit: .zero, message: Self.farewell)
        }
    }
}
