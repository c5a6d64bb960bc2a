import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Upstream

@Suite("A handshake that switches protocols")
struct SwitchingHandshakeTests {
    /// Switches to bytes as they are, if the answer says so; the stream is what its handler collects.
    private struct Handshake: SwitchingHandshake {
        struct Odd: Error {}

        var headers: HTTPHeaders = [:]
        var body: ByteBuffer?
        var bounds = StreamBounds()

        var head: HTTPRequestHead {
            HTTPRequestHead(version: .http1_1, method: .POST, uri: "/start", headers: headers)
        }

        func accept(
            _ answer: HTTPResponseHead, on eventLoop: any EventLoop
        ) throws -> (stream: NIOLoopBound<Collector>, handlers: [any ChannelHandler])? {
            guard answer.status == .switchingProtocols else { return nil }
            if answer.headers.contains(name: "Odd") { throw Odd() }
            let collector = Collector()
            return (NIOLoopBound(collector, eventLoop: eventLoop), [collector])
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var bytes = ""
        var hasEnded = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { bytes += String(buffer: unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { hasEnded = true }
    }

    /// A handshake on a channel without a socket.
    private struct Rig {
        let channel = EmbeddedChannel()
        let outcome: EventLoopFuture<Handshake.Outcome>
        /// What the client sent.
        let request: String

        init(_ handshake: Handshake = Handshake()) throws {
            outcome = handshake.perform(on: channel)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            var request = ""
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { request += String(buffer: bytes) }
            self.request = request
        }

        func answer(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        func refusal() throws -> Refusal? {
            guard case .refused(let refusal) = try outcome.wait() else { return nil }
            return refusal
        }
    }

    @Test("sends its head and its body")
    func request() throws {
        let rig = try Rig(Handshake(headers: ["Content-Length": "2"], body: ByteBuffer(string: "{}")))
        #expect(rig.request == "POST /start HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        rig.channel.pipeline.fireChannelInactive()
    }

    @Test("hands what comes behind the answer's head on at once, in pieces of any size", arguments: [1, 7, 4096])
    func switched(pieceBytes: Int) throws {
        let rig = try Rig()
        var rest = "HTTP/1.1 101 UPGRADED\r\nUpgrade:  tcp \r\n\r\nall of the stream"[...]
        while !rest.isEmpty {
            try rig.answer(String(rest.prefix(pieceBytes)))
            rest = rest.dropFirst(pieceBytes)
        }
        // At once, without a turn of the event loop in between.
        rig.channel.pipeline.fireChannelInactive()
        guard case .open(let stream) = try rig.outcome.wait() else {
            Issue.record("refused")
            return
        }
        #expect(stream.value.bytes == "all of the stream")
        #expect(stream.value.hasEnded)
    }

    @Test("is refused by any other answer, whose body is read")
    func refusal() throws {
        let rig = try Rig()
        try rig.answer("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nno")
        try rig.answer("ne")
        let refusal = try #require(try rig.refusal())
        #expect(refusal.head.status == .notFound)
        #expect(String(buffer: refusal.body) == "none")
    }

    @Test("is refused by an answer that ends with the connection or is too long, as far as that is read")
    func unendedRefusals() throws {
        let cut = try Rig()
        try cut.answer("HTTP/1.1 500 Oops\r\nContent-Length: 40\r\n\r\nno")
        cut.channel.pipeline.fireChannelInactive()
        #expect(try cut.refusal().map { String(buffer: $0.body) } == "no")
        var bounds = StreamBounds()
        bounds.maximumRefusalBytes = 3
        let long = try Rig(Handshake(bounds: bounds))
        try long.answer("HTTP/1.1 500 Oops\r\nContent-Length: 40\r\n\r\nnone at all")
        #expect(try long.refusal().map { String(buffer: $0.body) } == "non")
    }

    @Test("fails if the protocol is switched to another one")
    func odd() throws {
        let rig = try Rig()
        try rig.answer("HTTP/1.1 101 Switching Protocols\r\nOdd: yes\r\n\r\n")
        #expect(throws: Handshake.Odd.self) { try rig.outcome.wait() }
        #expect(!rig.channel.isActive)
    }

    @Test("takes no answer that is endless, nor nothing")
    func noAnswer() throws {
        let endless = try Rig()
        try endless.channel.writeInbound(ByteBuffer(repeating: 65, count: HTTPResponseHead.maximumBytes + 1))
        #expect(throws: HandshakeFailure.headTooLong) { try endless.outcome.wait() }
        let nothing = try Rig()
        nothing.channel.pipeline.fireChannelInactive()
        #expect(throws: ChannelError.self) { try nothing.outcome.wait() }
    }

    @Test("is not waited for if the request can't be sent")
    func unsendable() throws {
        let rig = try Rig(Handshake(headers: ["Authorization": "Bearer a\r\nX: y"]))
        #expect(!rig.request.contains("X: y"))
        #expect(throws: HTTPParserError.self) { try rig.outcome.wait() }
    }

    @Test("reads heads of HTTP/1.1 and nothing else")
    func heads() {
        func head(_ text: String) -> HTTPResponseHead? {
            HTTPResponseHead(http1: ByteBuffer(string: text + "\r\n\r\n").readableBytesView.prefix(text.utf8.count + 4))
        }
        let plain = head("HTTP/1.1 200 OK\r\nA:b\r\nC: d e\t\r\nEmpty:")
        #expect(plain?.status == .ok)
        #expect(plain?.headers == ["A": "b", "C": "d e", "Empty": ""])
        #expect(head("HTTP/1.1 101")?.status == .switchingProtocols)
        for text in ["", "HTTP/1.1", "HTTP/1.0 101 Switching", "HTTP/1.1 1010 x", "HTTP/1.1 OK", "SSH-2.0-x", "HTTP/1.1 101 x\r\nA"] {
            #expect(head(text) == nil, "\(text)")
        }
    }
}
