import NIOCore
import NIOHTTP1
import NIOPosix
import Upstream

/// Connects to the engine's socket and starts execs.
struct HijackDialer: Sendable {
    var socketPath: String
    var bounds: StreamBounds
    var group: any EventLoopGroup

    /// Starts an exec.
    ///
    /// - Parameter target: The path of its start.
    /// - Throws: ``EngineError``, with the engine's words if it gave any.
    func open(
        target: String, tty: Bool, operation: String
    ) async throws(EngineError) -> SwitchedStream<HijackedChannelHandler> {
        do {
            switch try await HijackHandshake(target: target, tty: tty, bounds: bounds).open(connect) {
            case .open(let stream): return stream
            case .refused(let refusal):
                throw EngineError(httpStatus: refusal.head.status, body: refusal.body, operation: operation)
            }
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(transport: error, socketPath: socketPath, operation: operation)
        }
    }

    private func connect(
        _ shakeHands: @escaping @Sendable (any Channel) -> EventLoopFuture<HijackHandshake.Outcome>
    ) async throws -> EventLoopFuture<HijackHandshake.Outcome> {
        try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(bounds.handshakeTimeout))
            .connect(unixDomainSocketPath: socketPath) { channel in
                channel.eventLoop.makeCompletedFuture { shakeHands(channel) }
            }
    }
}
