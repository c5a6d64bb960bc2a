import NIOCore
import NIOWebSocket

/// One WebSocket of the fake server, with the quirks of golang.org/x/net/websocket and of apimachinery's `wsstream`:
/// one read loop for all channels, no reassembly, unbuffered pipes behind it.
struct FakeExecConnection: Sendable {
    /// The connection was cut on purpose.
    struct Cut: Error {}

    /// Sends messages, each in the kernel's hands before the next, and cuts the connection after as many as it was
    /// told.
    actor Sender {
        private let socket: any Channel
        private var messagesLeft: Int?

        init(socket: any Channel, cutAfterMessages: Int?) {
            self.socket = socket
            messagesLeft = cutAfterMessages
        }

        /// Sends a whole message.
        func message(_ bytes: [UInt8]) async throws {
            try await frame(WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: bytes)))
        }

        /// Sends a message in pieces.
        func fragmented(_ bytes: [UInt8], pieceBytes: Int) async throws {
            var rest = bytes[...]
            var opcode = WebSocketOpcode.binary
            while !rest.isEmpty {
                let piece = rest.prefix(pieceBytes)
                rest = rest.dropFirst(piece.count)
                try await frame(WebSocketFrame(fin: rest.isEmpty, opcode: opcode, data: ByteBuffer(bytes: piece)))
                opcode = .continuation
            }
        }

        /// Sends a frame, which counts as a message, or cuts the connection in its place.
        func frame(_ frame: WebSocketFrame) async throws {
            if messagesLeft == 0 { throw cut() }
            try await socket.writeAndFlush(frame).get()
            if let left = messagesLeft { messagesLeft = left - 1 }
            if messagesLeft == 0 { throw cut() }
        }

        /// Sends a control frame, which does not count.
        func control(_ opcode: WebSocketOpcode, _ data: ByteBuffer) async throws {
            try await socket.writeAndFlush(WebSocketFrame(fin: true, opcode: opcode, data: data)).get()
        }

        private func cut() -> Cut {
            socket.close(promise: nil)
            return Cut()
        }
    }

    var behaviour: FakeExecServer.Behaviour
    var arguments: [String]
    var tty: Bool
    var halfCloses: Bool
    var record: FakeExecServer.Record

    /// Runs the command and the read loop until either ends the connection.
    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>) async throws {
        let socket = channel.channel
        try await channel.executeThenClose { inbound, _ in
            let sender = Sender(socket: socket, cutAfterMessages: behaviour.cutAfterMessages)
            let stdin = FakePipe()
            let (sizes, sizeContinuation) = AsyncStream<String>.makeStream()
            let command = FakeCommand(
                arguments: arguments, tty: tty, stdin: stdin, sizes: sizes, sender: sender)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // "Established", as the real server says on each of its channels.
                    if behaviour.sendsEstablished {
                        for channel: UInt8 in 1...3 { try await sender.message([channel]) }
                    }
                    try await behaviour.command(command)
                    // x/net closes with code 1000, the real server right after its command.
                    guard behaviour.closesAtEnd else { return try await Task.sleep(for: .seconds(60)) }
                    let normal = ByteBuffer(integer: UInt16(1000))
                    try await sender.frame(WebSocketFrame(fin: true, opcode: .connectionClose, data: normal))
                }
                group.addTask { try await receive(inbound, sender, stdin, sizeContinuation) }
                _ = try? await group.next()
                group.cancelAll()
                await stdin.close()
                sizeContinuation.finish()
                socket.close(promise: nil)
            }
        }
    }

    /// `wsstream.Conn.handle`: one frame after the other, each to its channel, waiting until it was taken.
    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, _ sender: Sender, _ stdin: FakePipe,
        _ sizes: AsyncStream<String>.Continuation
    ) async throws {
        var resizesUnread = 0
        var resizingHasFailed = false
        for try await frame in inbound {
            record.received(frame)
            guard frame.maskKey != nil else {
                return try await sender.control(.connectionClose, ByteBuffer(integer: UInt16(1002)))
            }
            let bytes = Array(frame.unmaskedData.readableBytesView)
            switch frame.opcode {
            case .ping: if behaviour.answersPings { try await sender.control(.pong, ByteBuffer(bytes: bytes)) }
            case .connectionClose: return
            case .binary, .continuation:
                guard let channel = bytes.first else { continue }
                if halfCloses, channel == 255 {
                    guard bytes.count == 2 else { return }
                    if bytes[1] == 0 { await stdin.close() }
                } else if channel == 0 {
                    await stdin.write(Array(bytes.dropFirst()))
                } else if channel == 4, tty {
                    resizingHasFailed = resizingHasFailed || !Self.isSize(bytes.dropFirst())
                    if !resizingHasFailed { sizes.yield(String(decoding: bytes.dropFirst(), as: UTF8.self)) }
                } else if channel == 4 {
                    // Nobody reads it: the decoder takes the first one, the second blocks this loop.
                    resizesUnread += 1
                    if resizesUnread > 1 { try await Task.sleep(for: .seconds(60)) }
                }
            default: break
            }
        }
    }

    private static func isSize(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let match = text.wholeMatch(of: #/\{"Width":(\d+),"Height":(\d+)\}\n/#) else { return false }
        return UInt16(match.1) != nil && UInt16(match.2) != nil
    }
}
