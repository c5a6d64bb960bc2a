package import NIOCore
package import NIOHTTP1

/// A request that turns its HTTP/1.1 connection into a stream of another protocol (RFC 9110 section 7.8).
package protocol SwitchingHandshake: Sendable {
    /// What the connection becomes.
    associatedtype Stream: Sendable

    /// The request's head.
    var head: HTTPRequestHead { get }
    /// The request's body.
    var body: ByteBuffer? { get }
    /// How long and how large what comes of it may be.
    var bounds: StreamBounds { get }

    /// Judges the head of the answer, on the connection's event loop.
    ///
    /// - Returns: The stream, and the handlers that the connection has from now on; nil if the answer is a refusal.
    /// - Throws: If the protocol was switched, but not to ours.
    func accept(
        _ answer: HTTPResponseHead, on eventLoop: any EventLoop
    ) throws -> (stream: Stream, handlers: [any ChannelHandler])?
}

extension SwitchingHandshake {
    /// What it comes to.
    package typealias Outcome = HandshakeOutcome<Stream>

    /// Opens a connection and shakes hands on it, within the time limit. A cancelled task closes the connection.
    ///
    /// - Parameter connect: Makes the connection, and calls what it is given on its channel, on the event loop.
    /// - Throws: ``HandshakeFailure``, `CancellationError`, or what is wrong with the connection.
    package func open(
        _ connect: (@escaping @Sendable (any Channel) -> EventLoopFuture<Outcome>) async throws
            -> EventLoopFuture<Outcome>
    ) async throws -> Outcome {
        let connecting = ConnectingChannel()
        do {
            let outcome = try await withTaskCancellationHandler {
                try await connect { channel in
                    connecting.set(channel)
                    return performInTime(on: channel)
                }.get()
            } onCancel: {
                connecting.close()
            }
            if case .refused = outcome { connecting.close() }
            return outcome
        } catch {
            connecting.close()
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    /// Fails the handshake if it takes too long, reading the body of a refusal included.
    private func performInTime(on channel: any Channel) -> EventLoopFuture<Outcome> {
        let limit = bounds.handshakeTimeout
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            channel.pipeline.fireErrorCaught(HandshakeFailure.timeout(limit))
            channel.close(promise: nil)
        }
        let outcome = perform(on: channel)
        outcome.whenComplete { _ in timer.cancel() }
        return outcome
    }

    /// Prepares a connected, or connecting, channel; must be called on its event loop.
    ///
    /// NIO's own upgrade handlers change the pipeline over several turns of the event loop. Where a whole short stream
    /// comes at once, answer, output and the end of the connection, they would lose it; here the answer is looked at
    /// as it comes, and what follows it goes on to the stream's handlers within the same call.
    ///
    /// - Returns: The outcome, which fails if the connection does.
    package func perform(on channel: any Channel) -> EventLoopFuture<Outcome> {
        let outcome = channel.eventLoop.makePromise(of: Outcome.self)
        let encoder = HTTPRequestEncoder()
        let http: [any RemovableChannelHandler] = [
            ByteToMessageHandler(HTTPResponseDecoder()), NIOHTTPRequestHeadersValidator(),
            RefusalReader(head: head, body: body, limit: bounds.maximumRefusalBytes, outcome: outcome),
        ]
        let switching = SwitchingHandler(handshake: self, http: [encoder] + http, outcome: outcome)
        do {
            try channel.pipeline.syncOperations.addHandlers([encoder, switching] + http)
        } catch {
            outcome.fail(error)
        }
        return outcome.futureResult
    }
}
