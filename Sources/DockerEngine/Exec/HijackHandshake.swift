import NIOCore
import NIOHTTP1

/// The start of an exec (`POST /exec/{id}/start`), which turns an HTTP connection into the program's streams.
struct HijackHandshake: Sendable {
    /// What it came to.
    enum Outcome: Sendable {
        /// The connection is the program's.
        case open(HijackedConnection)
        /// The engine answered with a refusal, which will be there when its body was read.
        case refused(EventLoopFuture<Refusal>)
    }

    /// An answer that is a refusal.
    struct Refusal: Sendable {
        var head: HTTPResponseHead
        var body: ByteBuffer
    }

    /// The answer's head is longer than is taken.
    struct HeadTooLong: Error {}

    /// The longest head of an answer taken, in bytes.
    static let maximumHeadBytes = 64 << 10

    /// The path of the request.
    var target: String
    /// True if the exec was made with a terminal: there are no frames then.
    var tty: Bool
    var configuration: EngineExecConfiguration

    /// The request's body.
    var body: ByteBuffer { ByteBuffer(string: "{\"Detach\":false,\"Tty\":\(tty)}") }

    /// The request's head. Docker from 1.10 on and Podman answer the upgrade with 101, others with 200, and then
    /// all of them forget about HTTP.
    var head: HTTPRequestHead {
        let headers: HTTPHeaders = [
            "Host": "engine", "User-Agent": "labgate", "Connection": "Upgrade", "Upgrade": "tcp",
            "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)",
        ]
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: target, headers: headers)
    }

    /// Prepares a connected, or connecting, channel; must be called on its event loop.
    ///
    /// - Returns: The outcome, which fails if the connection does.
    func perform(on channel: any Channel) -> EventLoopFuture<Outcome> {
        let outcome = channel.eventLoop.makePromise(of: Outcome.self)
        let refusal = channel.eventLoop.makePromise(of: Refusal.self)
        let encoder = HTTPRequestEncoder()
        let http: [any ChannelHandler & RemovableChannelHandler] = [
            ByteToMessageHandler(HTTPResponseDecoder()), HijackRefusalReader(handshake: self, refusal: refusal),
        ]
        let switching = HijackSwitchingHandler(
            handshake: self, http: [encoder] + http, outcome: outcome, refusal: refusal.futureResult)
        do {
            try channel.pipeline.syncOperations.addHandlers([encoder, switching] + http)
        } catch {
            outcome.fail(error)
            refusal.fail(error)
        }
        return outcome.futureResult
    }
}
