import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOWebSocket
import Testing
import Upstream

@testable import Kubernetes

@Suite("The answer to the handshake of a stream to a pod")
struct PodStreamSwitchingTests {
    /// A handshake on a channel without a socket.
    private struct Rig {
        let channel = EmbeddedChannel()
        let outcome: EventLoopFuture<PodStreamHandshake.Outcome>
        /// What the client sent.
        let request: String

        init(headers: HTTPHeaders = [:]) throws {
            let handshake = PodStreamHandshake(
                request: ExecRequest(namespace: "n", pod: "p", container: "c", command: [], tty: false),
                target: "/exec", headers: headers, configuration: PodStreamConfiguration())
            outcome = handshake.perform(on: channel)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            var request = ""
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { request += String(buffer: bytes) }
            self.request = request
        }

        /// The answer 101 to the request.
        func answer(_ subprotocol: String = "v5.channel.k8s.io") throws -> [UInt8] {
            let line = try #require(request.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") })
            let accept = try Self.accept(key: String(line.dropFirst("Sec-WebSocket-Key: ".count)))
            return Array(
                ("HTTP/1.1 101 Switching Protocols\r\nupgrade:websocket\r\nConnection: Upgrade\r\n"
                    + "sec-websocket-accept:  \(accept) \r\nSec-WebSocket-Protocol: \(subprotocol)\r\n\r\n").utf8)
        }

        /// The accept value to a key, as NIO's server makes it.
        private static func accept(key: String) throws -> String {
            let upgrader = NIOWebSocketServerUpgrader(
                shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
                upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
            let head = HTTPRequestHead(
                version: .http1_1, method: .GET, uri: "/",
                headers: ["Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"])
            let answer = try upgrader.buildUpgradeResponse(
                channel: EmbeddedChannel(), upgradeRequest: head, initialResponseHeaders: [:]
            ).wait()
            return try #require(answer.first(name: "Sec-WebSocket-Accept"))
        }

        /// The result of the handshake, which must be there.
        func result() throws -> PodStreamHandshake.Outcome { try outcome.wait() }
    }

    private static func message(_ channel: UInt8, _ text: String) -> [UInt8] {
        [0x82, UInt8(text.utf8.count + 1), channel] + Array(text.utf8)
    }

    @Test("asks for a WebSocket in both subprotocols")
    func request() throws {
        let rig = try Rig(headers: ["Host": "k8s"])
        #expect(rig.request.hasPrefix("GET /exec HTTP/1.1\r\nHost: k8s\r\n"))
        for line in ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"] {
            #expect(rig.request.contains("\r\n\(line)\r\n"))
        }
        #expect(rig.request.contains("\r\nSec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n"))
        rig.channel.pipeline.fireChannelInactive()
    }

    @Test("may bring the whole stream and the end of the connection with it, in pieces of any size", arguments: [1, 7, 4096])
    func wholeStream(pieceBytes: Int) async throws {
        let rig = try Rig()
        let stream =
            Self.message(1, "") + Self.message(1, "out") + Self.message(3, #"{"metadata":{},"status":"Success"}"#)
            + [0x88, 2, 3, 232]
        var rest = try (rig.answer() + stream)[...]
        while !rest.isEmpty {
            try rig.channel.writeInbound(ByteBuffer(bytes: rest.prefix(pieceBytes)))
            rest = rest.dropFirst(pieceBytes)
        }
        // At once, without a turn of the event loop in between.
        rig.channel.pipeline.fireChannelInactive()
        guard case .open(let opened) = try rig.result() else {
            Issue.record("refused")
            return
        }
        #expect(await ExecStream(stream: opened).collect().stdout == Array("out".utf8))
        #expect(opened.connection.ending == .exited(code: 0))
    }

    @Test("must fit the key and name one of our subprotocols")
    func unfitAnswers() throws {
        let wrongKey = try Rig()
        try wrongKey.channel.writeInbound(ByteBuffer(bytes: Rig().answer()))
        #expect(throws: PodStreamHandshake.InvalidAcceptKey.self) { try wrongKey.result() }
        let wrongName = try Rig()
        try wrongName.channel.writeInbound(ByteBuffer(bytes: wrongName.answer("v1")))
        #expect(throws: PodStreamHandshake.UnknownSubprotocol.self) { try wrongName.result() }
        #expect(!wrongName.channel.isActive)
    }
}
