import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Synchronization
import Upstream

/// An API server that serves exec over WebSocket and nothing else, for what a real one can't be made to do.
enum FakeExecServer {
    /// How the server behaves.
    struct Behaviour: Sendable {
        /// The subprotocols it speaks; the client's first one among them is chosen. None of the client's: 403 without
        /// a body.
        var subprotocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"]
        /// True to serve with the certificate of ``TestCertificates``.
        var tls = false
        /// True to answer the handshake without naming a subprotocol.
        var omitsSubprotocol = false
        /// An answer to every request instead of the handshake.
        var refusal: Refusal?
        /// True to let every request wait for ever.
        var ignoresRequests = false
        /// After how many messages and close frames to the client the connection is cut.
        var cutAfterMessages: Int?
        /// False to leave out the empty first messages.
        var sendsEstablished = true
        /// False to leave the connection open after the command.
        var closesAtEnd = true
        /// False to leave pings unanswered.
        var answersPings = true
        /// Whether any request of ours is answered with 101.
        var upgrades: Bool {
            refusal == nil && !ignoresRequests
                && subprotocols.contains { ["v4.channel.k8s.io", "v5.channel.k8s.io"].contains($0) }
        }
        /// What runs in the container; returning without a status is possible.
        var command: @Sendable (FakeCommand) async throws -> Void = { try await $0.exit(0) }
    }

    /// A refused request.
    struct Refusal: Sendable {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders = [:]
        var body = ""
    }

    /// What the server saw.
    final class Record: Sendable {
        private let state = Mutex((heads: [HTTPRequestHead](), frames: [WebSocketFrame](), isClosed: false))

        /// The requests.
        var heads: [HTTPRequestHead] { state.withLock { $0.heads } }

        /// The payload of every frame but pings, unmasked.
        var messages: [[UInt8]] {
            state.withLock { state in
                state.frames.filter { $0.opcode != .ping }.map { Array($0.unmaskedData.readableBytesView) }
            }
        }

        /// True if any frame was a fragment, unmasked or longer than 32 KiB.
        var hasUnfitFrame: Bool {
            state.withLock { state in
                state.frames.contains { !$0.fin || $0.maskKey == nil || $0.unmaskedData.readableBytes > 32 << 10 }
            }
        }

        /// How many pings came.
        var pings: Int { state.withLock { $0.frames.count { $0.opcode == .ping } } }

        /// True once a connection has ended.
        var isClosed: Bool { state.withLock { $0.isClosed } }

        func received(_ head: HTTPRequestHead) { state.withLock { $0.heads.append(head) } }
        func received(_ frame: WebSocketFrame) {
            // Bulk data would only fill the memory.
            let limit = 10_000
            state.withLock { if $0.frames.count < limit { $0.frames.append(frame) } }
        }
        func closed() { state.withLock { $0.isClosed = true } }
    }

    private enum Upgrade {
        case webSocket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, HTTPRequestHead)
        case http(NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>)
    }

    /// Runs the server on a free port of the loopback interface while `body` runs.
    static func with<Value>(
        _ behaviour: Behaviour, _ body: (_ port: Int, _ record: Record) async throws -> Value
    ) async throws -> Value {
        let record = Record()
        return try await FakeServer.with { channel in
            if behaviour.tls { try TestCertificates.addServerHandler(to: channel) }
            return try configure(channel, behaviour)
        } serve: { connection in
            try? await serve(connection.get(), behaviour, record)
            record.closed()
        } _: { port in
            try await body(port, record)
        }
    }

    private static func configure(_ channel: any Channel, _ behaviour: Behaviour) throws -> EventLoopFuture<Upgrade> {
        guard behaviour.upgrades else {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(HTTPByteBufferResponsePartHandler())
            return channel.eventLoop.makeSucceededFuture(
                .http(try NIOAsyncChannel(wrappingChannelSynchronously: channel)))
        }
        let webSocket = NIOTypedWebSocketServerUpgrader<Upgrade>(
            maxFrameSize: 32 << 20,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeSucceededFuture(acceptance(of: head, behaviour))
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    .webSocket(try NIOAsyncChannel(wrappingChannelSynchronously: channel), head)
                }
            }
        )
        let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Upgrade>(upgraders: [webSocket]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTPByteBufferResponsePartHandler())
                return .http(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(upgradeConfiguration: upgrade))
    }

    /// The headers of the answer 101, or nil to refuse.
    private static func acceptance(of head: HTTPRequestHead, _ behaviour: Behaviour) -> HTTPHeaders? {
        guard behaviour.refusal == nil, !behaviour.ignoresRequests else { return nil }
        if behaviour.omitsSubprotocol { return [:] }
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
        guard let chosen = offered.first(where: behaviour.subprotocols.contains) else { return nil }
        return ["Sec-WebSocket-Protocol": chosen]
    }

    private static func serve(_ upgrade: Upgrade, _ behaviour: Behaviour, _ record: Record) async throws {
        switch upgrade {
        case .webSocket(let channel, let head):
            record.received(head)
            let query = URLComponents(string: head.uri)?.queryItems ?? []
            try await FakeExecConnection(
                behaviour: behaviour,
                arguments: query.filter { $0.name == "command" }.compactMap(\.value),
                tty: query.contains { $0.name == "tty" && $0.value == "true" },
                halfCloses: record.negotiatesHalfClose(head, behaviour), record: record
            ).run(channel)
        case .http(let channel):
            try await channel.executeThenClose { inbound, outbound in
                for try await case .head(let head) in inbound {
                    record.received(head)
                    if behaviour.ignoresRequests { try await Task.sleep(for: .seconds(60)) }
                    let refusal = behaviour.refusal ?? Refusal(status: .forbidden)
                    let answer = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: refusal.headers)
                    try await outbound.write(.head(answer))
                    try await outbound.write(.body(ByteBuffer(string: refusal.body)))
                    try await outbound.write(.end(nil))
                    return
                }
            }
        }
    }
}

extension FakeExecServer.Record {
    /// True if the chosen subprotocol has the CLOSE signal.
    fileprivate func negotiatesHalfClose(_ head: HTTPRequestHead, _ behaviour: FakeExecServer.Behaviour) -> Bool {
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
        return offered.first(where: behaviour.subprotocols.contains) == "v5.channel.k8s.io"
    }
}

/// Lets byte buffers be written as the body of an HTTP answer.
final class HTTPByteBufferResponsePartHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
