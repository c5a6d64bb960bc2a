import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Connects to the engine's socket and starts execs.
struct HijackDialer: Sendable {
    var socketPath: String
    var configuration: EngineExecConfiguration
    var group: any EventLoopGroup

    /// Starts an exec.
    ///
    /// - Parameter target: The path of its start.
    /// - Throws: ``EngineError``, with the engine's words if it gave any.
    func open(target: String, tty: Bool, operation: String) async throws(EngineError) -> HijackedConnection {
        let handshake = HijackHandshake(target: target, tty: tty, configuration: configuration)
        let connecting = ConnectingChannel()
        do {
            let outcome = try await withTaskCancellationHandler {
                try await connect(handshake, connecting).get()
            } onCancel: {
                connecting.close()
            }
            switch outcome {
            case .open(let connection):
                return connection
            case .refused(let answer):
                defer { connecting.close() }
                let refusal = try await answer.get()
                throw EngineError(httpStatus: refusal.head.status, body: refusal.body, operation: operation)
            }
        } catch let error as EngineError {
            throw error
        } catch {
            connecting.close()
            if Task.isCancelled { throw EngineError(code: .cancelled, operation: operation, message: "cancelled") }
            throw EngineError(transport: error, socketPath: socketPath, operation: operation)
        }
    }

    private func connect(
        _ handshake: HijackHandshake, _ connecting: ConnectingChannel
    ) async throws -> EventLoopFuture<HijackHandshake.Outcome> {
        try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(configuration.startTimeout))
            .connect(unixDomainSocketPath: socketPath) { channel in
                connecting.set(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let outcome = handshake.perform(on: channel)
                    limitTime(of: outcome, on: channel)
                    return outcome
                }
            }
    }

    /// Fails the start if it takes too long, reading the body of a refusal included.
    private func limitTime(of outcome: EventLoopFuture<HijackHandshake.Outcome>, on channel: any Channel) {
        let limit = configuration.startTimeout
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            channel.pipeline.fireErrorCaught(HijackTimeout(limit: limit))
            channel.close(promise: nil)
        }
        outcome.whenComplete { result in
            guard case .success(.refused(let answer)) = result else { return timer.cancel() }
            answer.whenComplete { _ in timer.cancel() }
        }
    }
}

/// The engine took longer than this to start an exec.
struct HijackTimeout: Error {
    var limit: Duration
}

/// The channel of a start in progress, so that a cancelled task can close it.
private final class ConnectingChannel: Sendable {
    private enum State {
        case none
        case channel(any Channel)
        case closed
    }

    private let state = Mutex(State.none)

    /// Remembers the channel.
    func set(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if case .closed = state { return true }
            state = .channel(channel)
            return false
        }
        if isClosed { channel.close(promise: nil) }
    }

    /// Closes the channel, now or as soon as there is one.
    func close() {
        let previous = state.withLock { exchange(&$0, with: .closed) }
        if case .channel(let channel) = previous { channel.close(promise: nil) }
    }
}
