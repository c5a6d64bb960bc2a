import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import Kubernetes
@testable import Upstream

@Suite("The handler of a connection to a pod")
struct PodStreamHandlerTests {
    /// A handler on a channel without a socket whose clock the test moves.
    private struct Rig {
        let channel = EmbeddedChannel()
        let handler: PodStreamHandler
        let reads = ReadCounter()
        var flow: StreamFlow<ExecResult> { handler.flow }

        init(tty: Bool = false, _ adjust: (inout PodStreamConfiguration) -> Void = { _ in }) throws {
            var configuration = PodStreamConfiguration()
            adjust(&configuration)
            let request = ExecRequest(namespace: "n", pod: "p", container: "c", command: [], tty: tty)
            handler = PodStreamHandler(configuration: configuration, request: request, now: channel.eventLoop.now)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            let sync = channel.pipeline.syncOperations
            try sync.addHandler(reads)
            try sync.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)))
            try sync.addHandler(handler)
        }

        /// What the client sent since the last call, without the pings' payloads.
        func sent() throws -> [Sent] {
            let parser = EmbeddedChannel(handler: ByteToMessageHandler(WebSocketFrameDecoder()))
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { try parser.writeInbound(bytes) }
            var frames: [Sent] = []
            while let frame = try parser.readInbound(as: WebSocketFrame.self) {
                frames.append(Sent(opcode: frame.opcode, payload: Array(frame.unmaskedData.readableBytesView)))
            }
            return frames
        }

        func receive(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

        /// Everything that can be taken now.
        func taken() -> [ProgramOutput] {
            var outputs: [ProgramOutput] = []
            while case .output(let output, _) = flow.takeOutput() { outputs.append(output) }
            return outputs
        }
    }

    private struct Sent: Equatable {
        var opcode: WebSocketOpcode
        var payload: [UInt8]
    }

    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    /// A server's message in one frame.
    private static func message(_ channel: UInt8, _ text: String) -> [UInt8] {
        let payload = [channel] + Array(text.utf8)
        let length =
            payload.count < 126 ? [UInt8(payload.count)] : [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        return [0x82] + length + payload
    }

    private static func status(_ code: Int) -> String {
        code == 0
            ? #"{"metadata":{},"status":"Success"}"#
            : #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"\#(code)"}]}}"#
    }

    @Test("never reports an exit code before the last byte of a status, cut wherever it may be", arguments: [0, 42])
    func cutAtEveryByte(code: Int) throws {
        let before =
            Self.message(1, "") + Self.message(2, "") + Self.message(3, "") + Self.message(1, "out")
            + Self.message(2, "err") + [0x02, 2, 1, 65, 0x80, 1, 66]
        let status = Self.message(3, Self.status(code))
        let transcript = before + status + [0x88, 2, 3, 232]
        for cut in 0...transcript.count {
            let rig = try Rig()
            try rig.receive(Array(transcript[..<cut]))
            rig.channel.pipeline.fireChannelInactive()
            let outputs = rig.taken()
            let result = try #require(rig.flow.ending)
            if cut < before.count + status.count {
                guard case .lost = result else { throw Failure("cut at \(cut): \(result)") }
            } else {
                #expect(result == .exited(code: code), "cut at \(cut)")
                // What comes in fragments may be handed over so, in order and whole.
                #expect(Array(outputs.prefix(2)) == [.stdout([111, 117, 116]), .stderr([101, 114, 114])])
                let rest = outputs.dropFirst(2).map { if case .stdout(let bytes) = $0 { bytes } else { [] as [UInt8] } }
                #expect(rest.joined().elementsEqual([65, 66]))
            }
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    @Test("takes the stream for lost when the server closes it in order, but without a status")
    func closeWithoutStatus() throws {
        let rig = try Rig()
        try rig.receive(Self.message(1, "x") + [0x88, 2, 3, 232])
        #expect(rig.flow.ending == nil, "the output comes first")
        #expect(rig.taken() == [.stdout([120])])
        #expect(rig.flow.ending == .lost("the server closed the stream with code 1000, without a status"))
        #expect(!rig.channel.isActive)
    }

    @Test("ends by itself when the server sends a status but leaves the connection open")
    func closeTimeout() throws {
        let rig = try Rig { $0.closeTimeout = .seconds(5) }
        try rig.receive(Self.message(3, Self.status(3)))
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(rig.flow.ending == nil)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(rig.flow.ending == .exited(code: 3))
        #expect(!rig.channel.isActive)
    }

    @Test("pings, and answers pings")
    func pings() throws {
        let rig = try Rig { $0.pingInterval = .seconds(15) }
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        try #expect(rig.sent().isEmpty)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        try #expect(rig.sent() == [Sent(opcode: .ping, payload: [0, 0, 0, 1])])
        try rig.receive([0x89, 2, 7, 8])
        try #expect(rig.sent() == [Sent(opcode: .pong, payload: [7, 8])])
    }

    @Test("gives a silent peer up after four unanswered pings, but not one that answers")
    func deadPeer() throws {
        let rig = try Rig()
        for number: UInt8 in 1...20 {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
            try rig.receive([0x8A, 4, 0, 0, 0, number])
        }
        #expect(rig.flow.ending == nil)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(45))
        #expect(rig.flow.ending == nil)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(rig.flow.ending == .lost("the API server has shown no sign of life for 60.0 seconds"))
    }

    @Test("waits for ever for a peer that may be kept from answering by input nobody reads")
    func unreadInput() throws {
        let rig = try Rig()
        rig.handler.sendInput(PodStreamFrame.message(channel: 0, [65]), byteCount: 1)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(3600))
        #expect(rig.flow.ending == nil)
        // A pong to a ping sent after the input shows that the input was read; from then on silence counts.
        try rig.receive([0x8A, 4, 0, 0, 0, 1])
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(75))
        #expect(rig.flow.ending != nil)
    }

    @Test("does not take its own reluctance to read for silence")
    func pausedReading() throws {
        let rig = try Rig { $0.bounds.outputHighWatermark = 10 }
        try rig.receive(Self.message(1, "0123456789"))
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(3600))
        #expect(rig.flow.ending == nil)
        #expect(rig.taken().count == 1)
    }

    @Test("sends no ping where bytes come or wait to be read, and the next one an interval after the last of them")
    func pingsInSilenceAlone() throws {
        let rig = try Rig {
            $0.pingInterval = .seconds(15)
            $0.bounds.outputHighWatermark = 10
        }
        for _ in 0..<20 {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
            try rig.receive(Self.message(1, "1"))
            _ = rig.taken()
        }
        try #expect(rig.sent().isEmpty)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        try #expect(rig.sent().isEmpty)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        try #expect(rig.sent() == [Sent(opcode: .ping, payload: [0, 0, 0, 1])])
        try rig.receive(Self.message(1, "0123456789"))
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        try #expect(rig.sent().isEmpty)
    }

    @Test("sends an empty message when no data message was sent for long, whatever pings there were")
    func dataIdle() throws {
        let rig = try Rig { $0.dataIdleInterval = .seconds(3600) }
        let empty = Sent(opcode: .binary, payload: [])
        for _ in 0..<239 {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
            try rig.receive([0x8A, 0])
        }
        try #expect(!rig.sent().contains(empty))
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        try #expect(rig.sent().first == empty)
        rig.handler.sendInput(PodStreamFrame.message(channel: 0, [65]), byteCount: 1)
        try #expect(rig.sent().last == Sent(opcode: .binary, payload: [0, 65]))
    }

    @Test("reads on while there is room, stops when there is none, and goes on when told to")
    func readControl() throws {
        let rig = try Rig {
            $0.bounds.outputHighWatermark = 10
            $0.bounds.outputLowWatermark = 4
            $0.bounds.outputPieceBytes = 5
        }
        let start = rig.reads.count
        try rig.receive(Self.message(1, "12345"))
        #expect(rig.reads.count == start + 1)
        try rig.receive(Self.message(1, "67890"))
        #expect(rig.reads.count == start + 1)
        guard case .output(_, resumesReading: false) = rig.flow.takeOutput() else { throw Failure("too early") }
        guard case .output(_, resumesReading: true) = rig.flow.takeOutput() else { throw Failure("too late") }
        rig.handler.read()
        #expect(rig.reads.count == start + 2)
    }

    @Test("sends sizes with a terminal only, one at a time, and of those that wait only the last")
    func resize() throws {
        let plain = try Rig()
        plain.handler.resize(TerminalSize(columns: 80, rows: 24))
        try #expect(plain.sent().isEmpty)

        let rig = try Rig(tty: true)
        let gate = WriteGate()
        try rig.channel.pipeline.syncOperations.addHandler(gate, position: .first)
        for columns in 1...9 { rig.handler.resize(TerminalSize(columns: columns, rows: 1)) }
        gate.open()
        let sizes = try rig.sent().map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(sizes == ["\u{4}{\"Width\":1,\"Height\":1}\n", "\u{4}{\"Width\":9,\"Height\":1}\n"])
    }

    /// Holds writes back like a full socket.
    private final class WriteGate: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private var held: [() -> Void] = []
        private var isOpen = false

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if isOpen {
                context.write(data, promise: promise)
            } else {
                held.append { context.writeAndFlush(data, promise: promise) }
            }
        }

        func open() {
            isOpen = true
            for write in held { write() }
        }
    }
}
